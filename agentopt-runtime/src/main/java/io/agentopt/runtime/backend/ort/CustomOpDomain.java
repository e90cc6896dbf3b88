package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The operators of a session's domain {@code agentopt}. The session holds it until it is freed itself. */
final class CustomOpDomain extends OrtHandle {
    private final Arena arena;
    private final List<MemorySegment> structures;
    private final AutoCloseable resources;

    private CustomOpDomain(
            OrtEnvironment environment,
            MemorySegment raw,
            Arena arena,
            List<MemorySegment> structures,
            AutoCloseable resources) {
        super(environment, "operators of the domain " + OwnOperators.DOMAIN, raw);
        this.arena = arena;
        this.structures = structures;
        this.resources = resources;
    }

    /** @param operators which are closed with the domain */
    @SuppressWarnings("MustBeClosedChecker") // the domain closes its arena
    static CustomOpDomain of(OrtEnvironment environment, OwnOperators operators) {
        OrtApi api = environment.api();
        Arena arena = Arena.ofShared();
        CustomOpCallbacks callbacks;
        MemorySegment out = arena.allocate(ADDRESS);
        try {
            callbacks = environment.callbacks();
            api.call(OrtFunction.CREATE_DOMAIN, arena.allocateFrom(OwnOperators.DOMAIN), out);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
        List<MemorySegment> structures = operators.all().stream()
                .map(op -> callbacks.register(op, arena))
                .toList();
        CustomOpDomain domain = new CustomOpDomain(environment, out.get(ADDRESS, 0), arena, structures, operators);
        try {
            for (MemorySegment s : structures) api.call(OrtFunction.DOMAIN_ADD, out.get(ADDRESS, 0), s);
            return domain;
        } catch (RuntimeException | Error e) {
            domain.close();
            throw e;
        }
    }

    /** Gives the operators to sessions of these options. */
    void addTo(MemorySegment options) {
        MemorySegment raw = enter();
        try {
            environment().api().call(OrtFunction.ADD_DOMAIN, options, raw);
        } finally {
            exit();
        }
    }

    @Override
    void free(MemorySegment handle) {
        environment().api().release(OrtFunction.RELEASE_DOMAIN, handle);
        structures.forEach(environment().callbacks()::forget);
        arena.close();
        try {
            resources.close();
        } catch (Exception e) {
            throw OrtApi.unchecked(e);
        }
    }
}
