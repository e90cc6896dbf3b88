package io.agentopt.simulate.server;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The KV blocks of a device: free, held by one sequence, or shared under the hash of a prompt's block. A shared block that no sequence uses
 * stays until its place is needed; the one not used for longest goes first.
 */
final class KvPool {
    /** Blocks of one hash. */
    static final class Shared {
        final long hash;
        final int blocks;
        private int users = 1;
        private @Nullable Shared older;
        private @Nullable Shared newer;

        Shared(long hash, int blocks) {
            this.hash = hash;
            this.blocks = blocks;
        }
    }

    private final int capacity;
    private final Map<Long, Shared> byHash = new HashMap<>();
    private int free;
    private int idle; // shared blocks that no sequence uses
    private int peak;
    private @Nullable Shared oldest;
    private @Nullable Shared newest;

    KvPool(int capacity) {
        this.capacity = capacity;
        this.free = capacity;
    }

    int capacity() {
        return capacity;
    }

    /** {@return blocks that can be had, those of idle hashes included} */
    int available() {
        return free + idle;
    }

    /** {@return blocks that can be had without an eviction} */
    int free() {
        return free;
    }

    int peakInUse() {
        return peak;
    }

    int inUse() {
        return capacity - free - idle;
    }

    /** Takes blocks for one sequence; {@return false, and takes none, if there are not so many}. */
    boolean take(int blocks) {
        if (blocks > available()) return false;
        while (free < blocks) evictOldest();
        free -= blocks;
        peak = Math.max(peak, inUse());
        return true;
    }

    void giveBack(int blocks) {
        free += blocks;
    }

    /** {@return the blocks of a hash, in use by one sequence more, or null if the cache has none} */
    @Nullable
    Shared use(long hash) {
        Shared shared = byHash.get(hash);
        if (shared == null) return null;
        if (shared.users++ == 0) {
            unlink(shared);
            idle -= shared.blocks;
            peak = Math.max(peak, inUse());
        }
        return shared;
    }

    /** Blocks of one sequence become those of a hash, which the sequence uses; {@return the hash's blocks}. */
    Shared share(long hash, int blocks) {
        Shared known = use(hash);
        if (known != null) { // computed twice at the same time: one copy is enough
            giveBack(blocks);
            return known;
        }
        Shared shared = new Shared(hash, blocks);
        byHash.put(hash, shared);
        return shared;
    }

    void leave(Shared shared) {
        if (--shared.users > 0) return;
        idle += shared.blocks;
        shared.older = newest;
        shared.newer = null;
        if (newest == null) oldest = shared;
        else newest.newer = shared;
        newest = shared;
    }

    /** Forgets every hash, when a device loses its memory; no sequence may use one. */
    void forget() {
        byHash.clear();
        free += idle;
        idle = 0;
        oldest = null;
        newest = null;
    }

    private void evictOldest() {
        Shared shared = oldest;
        if (shared == null) throw new IllegalStateException("The KV pool counts idle blocks that it does not have.");
        unlink(shared);
        byHash.remove(shared.hash);
        idle -= shared.blocks;
        free += shared.blocks;
    }

    private void unlink(Shared shared) {
        if (shared.older == null) oldest = shared.newer;
        else shared.older.newer = shared.newer;
        if (shared.newer == null) newest = shared.older;
        else shared.newer.older = shared.older;
        shared.older = null;
        shared.newer = null;
    }
}
