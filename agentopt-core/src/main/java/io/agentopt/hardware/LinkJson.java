package io.agentopt.hardware;

import io.agentopt.internal.JsonValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A link as JSON: a rate in GB/s, and optionally a latency in microseconds and a price per GB. */
final class LinkJson {
    private LinkJson() {}

    static Link read(JsonValue json, LinkKind kind) {
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

    static LinkKind kind(JsonValue json) {
        return List.of(LinkKind.INTRA_NODE, LinkKind.NETWORK).stream()
                .filter(k -> k.id().equals(json.text()))
                .findFirst()
                .orElseThrow(() -> json.wrong("is no kind of link", "Use intra-node or network."));
    }

    static Map<String, Object> write(Link link) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("gigabytesPerSecond", link.bytesPerSecond() / 1e9);
        json.put("latencyMicroseconds", link.latencySeconds() * 1e6);
        json.put("dollarsPerGigabyte", link.dollarsPerByte() * 1e9);
        return json;
    }
}
