package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts settings into ONNX Runtime's options of a session. */
final class SessionOptions {
    private SessionOptions() {}

    static void apply(OrtEnvironment environment, Arena scratch, MemorySegment options, SessionSettings settings) {
        OrtApi api = environment.api();
        api.call(OrtFunction.SET_INTRA_OP_THREADS, options, settings.threads());
        api.call(OrtFunction.SET_INTER_OP_THREADS, options, 1);
        api.call(OrtFunction.SET_OPTIMIZATION, options, settings.optimization().level());
        api.call(OrtFunction.DISABLE_MEMORY_PATTERN, options); // shapes vary from run to run
        if (!settings.arena()) api.call(OrtFunction.DISABLE_CPU_ARENA, options);
        if (settings.profile().isPresent()) {
            api.call(
                    OrtFunction.ENABLE_PROFILING,
                    options,
                    OrtApi.path(scratch, settings.profile().get()));
        }
        if (settings.weights().isPresent()) settings.weights().get().apply(api, scratch, options);
        Map<String, String> config = new LinkedHashMap<>();
        config.put("session.intra_op.allow_spinning", settings.spinning() ? "1" : "0");
        config.putAll(settings.config());
        for (var e : config.entrySet()) {
            api.call(
                    OrtFunction.ADD_SESSION_CONFIG,
                    options,
                    scratch.allocateFrom(e.getKey()),
                    scratch.allocateFrom(e.getValue()));
        }
        if (settings.device().isPresent()) {
            append(environment, scratch, options, settings.device().get());
        }
    }

    private static void append(OrtEnvironment environment, Arena scratch, MemorySegment options, SessionDevice device) {
        List<String> names = new ArrayList<>(device.options().keySet());
        MemorySegment keys = OrtApi.texts(scratch, names),
                values =
                        OrtApi.texts(
                                scratch,
                                names.stream().map(device.options()::get).toList());
        long count = names.size();
        switch (device) {
            case EpDevice ep ->
                environment
                        .api()
                        .invoke(
                                OrtFunction.APPEND_PROVIDER,
                                options,
                                environment.raw(),
                                scratch.allocateFrom(ADDRESS, ep.raw()),
                                1L,
                                keys,
                                values,
                                count);
            case NamedProvider named ->
                environment
                        .api()
                        .invoke(
                                OrtFunction.APPEND_PROVIDER_BY_NAME,
                                options,
                                scratch.allocateFrom(named.name()),
                                keys,
                                values,
                                count);
        }
    }
}
