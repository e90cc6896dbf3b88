package io.agentopt.cost.engine;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.Topology;
import io.agentopt.cost.kernel.CollectiveForm;
import io.agentopt.cost.kernel.KernelSnapshot;
import io.agentopt.internal.JsonValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** How the devices of an exchange are joined, and which exchanges its terms belong to, in a {@link CalibrationFile}. */
final class ExchangeJson {
    static final String TOPOLOGY = "topology";
    static final String EXCHANGE = "exchange";

    private static final String ISLAND_DEVICES = "islandDevices";
    private static final String ISLAND = "islandBytesPerSecond";
    private static final String HOST_DEVICES = "hostDevices";
    private static final String HOST = "hostBytesPerSecond";
    private static final String NETWORK = "networkBytesPerSecond";

    private ExchangeJson() {}

    static void put(KernelSnapshot.Exchange exchange, Map<String, Object> json) {
        Topology t = exchange.topology();
        Map<String, Object> topology = new LinkedHashMap<>();
        topology.put(ISLAND_DEVICES, t.islandDevices());
        topology.put(ISLAND, t.islandBytesPerSecond());
        topology.put(HOST_DEVICES, t.hostDevices());
        topology.put(HOST, t.hostBytesPerSecond());
        t.networkBytesPerSecond().ifPresent(rate -> topology.put(NETWORK, rate));
        json.put(TOPOLOGY, topology);
        exchange.group().ifPresent(group -> {
            Map<String, Object> of = new LinkedHashMap<>();
            of.put("kind", group.kind().id());
            of.put("devices", group.devices());
            of.put("devicesPerHost", group.devicesPerHost());
            json.put(EXCHANGE, of);
        });
    }

    /** {@return the exchange of an entry; empty where it states no topology} */
    static Optional<KernelSnapshot.Exchange> read(JsonValue json) {
        Optional<JsonValue> group = json.maybe(EXCHANGE);
        Optional<Topology> topology = json.maybe(TOPOLOGY).map(ExchangeJson::topology);
        if (topology.isEmpty() && group.isPresent()) {
            throw group.get().wrong("has no topology beside it", "Add \"" + TOPOLOGY + "\", or leave it out.");
        }
        return topology.map(t -> new KernelSnapshot.Exchange(t, group.map(ExchangeJson::group)));
    }

    private static Topology topology(JsonValue json) {
        json.only(ISLAND_DEVICES, ISLAND, HOST_DEVICES, HOST, NETWORK);
        try {
            return new Topology(
                    json.at(ISLAND_DEVICES).integer(),
                    json.at(ISLAND).positive(),
                    json.at(HOST_DEVICES).integer(),
                    json.at(HOST).positive(),
                    json.maybePositive(NETWORK));
        } catch (IllegalArgumentException e) {
            throw KernelJson.placed(json, e);
        }
    }

    private static CollectiveForm.Group group(JsonValue json) {
        json.only("kind", "devices", "devicesPerHost");
        try {
            return new CollectiveForm.Group(
                    kind(json.at("kind")),
                    json.at("devices").integer(),
                    json.at("devicesPerHost").integer());
        } catch (IllegalArgumentException e) {
            throw KernelJson.placed(json, e);
        }
    }

    private static CollectiveKind kind(JsonValue json) {
        List<String> known =
                Stream.of(CollectiveKind.values()).map(CollectiveKind::id).toList();
        return Stream.of(CollectiveKind.values())
                .filter(kind -> kind.id().equals(json.text()))
                .findFirst()
                .orElseThrow(() -> json.wrong("is no kind of exchange", "Use one of " + known + "."));
    }
}
