package io.agentopt.hardware;

import io.agentopt.internal.JsonText;
import io.agentopt.internal.JsonValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A fleet as a JSON file.
 *
 * <pre>
 * {"format": 1, "name": "support", "price": {"policy": "rented", "rate": "mid"},
 *  "classes": [{"name": "h100", "device": "H100-SXM", "count": 8},
 *              {"name": "host", "device": {"id": "my-cpu", ...}, "count": 2, "price": {"policy": "fixed", "dollarsPerHour": 1.2}}],
 *  "network": {"gigabytesPerSecond": 25, "latencyMicroseconds": 10, "dollarsPerGigabyte": 0},
 *  "links": [{"from": "h100", "to": "host", "kind": "intra-node", "gigabytesPerSecond": 50, "latencyMicroseconds": 5}]}
 * </pre>
 *
 * A device is the id of a catalog's device or the device itself, in the fields of a device file. Reading runs no code.
 */
public final class FleetFile {
    private FleetFile() {}

    /**
     * Reads a fleet whose devices are in the packaged catalog or in the file.
     *
     * @throws IllegalArgumentException if the file is malformed, naming place, value and way out
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static Fleet read(Path file) {
        return read(file, DeviceCatalog.packaged());
    }

    /** Reads a fleet whose devices are in a catalog or in the file; errors as {@link #read(Path)}. */
    public static Fleet read(Path file, DeviceCatalog catalog) {
        return from(JsonValue.read(file), catalog);
    }

    /**
     * Writes a fleet; {@link #read(Path)} gives an equal one.
     *
     * @throws java.io.UncheckedIOException if the file cannot be written; it is then as it was
     */
    public static void write(Fleet fleet, Path file) {
        List<Object> classes = new ArrayList<>();
        for (DeviceClass c : fleet.classes()) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("name", c.name());
            json.put(
                    "device",
                    DeviceCatalog.packaged().devices().contains(c.device())
                            ? c.device().id()
                            : DeviceJson.write(c.device()));
            json.put("count", c.count());
            json.put("price", PriceJson.write(c.price()));
            classes.add(json);
        }
        List<Object> links = new ArrayList<>();
        fleet.links().forEach((ends, link) -> {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("from", ends.first());
            json.put("to", ends.second());
            json.put("kind", link.kind().id());
            json.putAll(write(link));
            links.add(json);
        });
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("format", 1);
        json.put("name", fleet.name());
        json.put("classes", classes);
        json.put("network", write(fleet.network()));
        if (!links.isEmpty()) json.put("links", links);
        JsonText.write(file, json);
    }

    private static Fleet from(JsonValue file, DeviceCatalog catalog) {
        file.format(1).only("format", "name", "price", "classes", "network", "links");
        Price price = file.maybe("price").map(PriceJson::read).orElse(Price.rented());
        Fleet.Builder fleet = Fleet.priced(file.at("name").text(), price);
        Set<String> names = JsonValue.seen();
        for (JsonValue entry : file.at("classes").items()) {
            entry.only("name", "device", "count", "price");
            String name = entry.at("name").text();
            entry.distinct(names, name);
            DeviceSpec device = device(entry.at("device"), catalog);
            int count = entry.at("count").integer();
            Price own = entry.maybe("price").map(PriceJson::read).orElse(price);
            fleet.add(valid(entry, () -> new DeviceClass(name, device, count, own)));
        }
        file.maybe("network")
                .ifPresent(n -> fleet.network(link(
                        n.only("gigabytesPerSecond", "latencyMicroseconds", "dollarsPerGigabyte"), LinkKind.NETWORK)));
        for (JsonValue entry : file.maybe("links").map(JsonValue::items).orElse(List.of())) {
            entry.only("from", "to", "kind", "gigabytesPerSecond", "latencyMicroseconds", "dollarsPerGigabyte");
            fleet.link(entry.at("from").text(), entry.at("to").text(), link(entry, kind(entry.at("kind"))));
        }
        return valid(file, fleet::build);
    }

    private static DeviceSpec device(JsonValue json, DeviceCatalog catalog) {
        if (!json.isText()) return DeviceJson.read(json);
        return valid(json, () -> catalog.find(json.text()));
    }

    private static LinkKind kind(JsonValue json) {
        Optional<LinkKind> kind = List.of(LinkKind.INTRA_NODE, LinkKind.NETWORK).stream()
                .filter(k -> k.id().equals(json.text()))
                .findFirst();
        return kind.orElseThrow(() -> json.wrong("is no kind of link", "Use intra-node or network."));
    }

    private static Link link(JsonValue json, LinkKind kind) {
        double latency = json.maybe("latencyMicroseconds")
                .map(v -> v.notNegative() / 1e6)
                .orElse(
                        kind == LinkKind.NETWORK
                                ? Link.DEFAULT_NETWORK.latencySeconds()
                                : Fleet.INTRA_NODE_LATENCY_SECONDS);
        double rate = json.at("gigabytesPerSecond").positive() * 1e9;
        double dollars =
                json.maybe("dollarsPerGigabyte").map(v -> v.notNegative() / 1e9).orElse(0.0);
        return new Link(kind, latency, rate, dollars);
    }

    private static Map<String, Object> write(Link link) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("gigabytesPerSecond", link.bytesPerSecond() / 1e9);
        json.put("latencyMicroseconds", link.latencySeconds() * 1e6);
        json.put("dollarsPerGigabyte", link.dollarsPerByte() * 1e9);
        return json;
    }

    private static <T> T valid(JsonValue place, Supplier<T> constructor) {
        try {
            return constructor.get();
        } catch (IllegalArgumentException e) {
            throw place.wrong(e);
        }
    }
}
