package io.agentopt.plan;

import io.agentopt.hardware.DeviceClass;
import io.agentopt.hardware.HostedEndpoint;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a fleet plans with, by index as in the placement problem: its device classes first, then its hosted endpoints.
 *
 * @param classes device classes, at least one
 * @param endpoints hosted endpoints; may be none
 * @param home index of the class where requests arrive
 */
record Members(List<DeviceClass> classes, List<HostedEndpoint> endpoints, int home) {
    Members {
        classes = List.copyOf(classes);
        endpoints = List.copyOf(endpoints);
    }

    int count() {
        return classes.size() + endpoints.size();
    }

    boolean hosted(int member) {
        return member >= classes.size();
    }

    HostedEndpoint endpoint(int member) {
        return endpoints.get(member - classes.size());
    }

    String name(int member) {
        return hosted(member) ? endpoint(member).name() : classes.get(member).name();
    }

    Optional<String> zone(int member) {
        return hosted(member) ? endpoint(member).zone() : classes.get(member).zone();
    }

    List<String> names() {
        return IntStream.range(0, count()).mapToObj(this::name).toList();
    }
}
