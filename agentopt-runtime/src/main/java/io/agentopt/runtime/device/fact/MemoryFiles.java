package io.agentopt.runtime.device.fact;

import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * How much memory Linux lets this process have: the machine's, or the least limit of its control groups. The Java runtime's management
 * beans tell the same, but starting them takes a fresh process some 40 ms of processor time.
 */
public final class MemoryFiles {
    private static final String TOTAL = "MemTotal:";
    private static final long KIBI = 1024;

    private MemoryFiles() {}

    /**
     * {@return bytes; absent where the system's files do not tell}
     *
     * @param root holds proc and sys
     */
    public static OptionalLong bytes(Path root) {
        SystemFiles files = new SystemFiles(root);
        OptionalLong total = total(files.text("proc/meminfo").orElse(""));
        if (total.isEmpty()) return total;
        long least = total.getAsLong();
        for (String line : files.text("proc/self/cgroup").orElse("").split("\n", -1)) {
            String[] parts = line.split(":", 3); // hierarchy, controllers, path
            if (parts.length < 3) continue;
            if (parts[1].isEmpty()) least = limit(files, "sys/fs/cgroup", parts[2], "memory.max", least);
            else if (("," + parts[1] + ",").contains(",memory,"))
                least = limit(files, "sys/fs/cgroup/memory", parts[2], "memory.limit_in_bytes", least);
        }
        return OptionalLong.of(least);
    }

    /** The least limit of a group and of all above it. A container sees its own group where the mount begins. */
    private static long limit(SystemFiles files, String mount, String group, String file, long otherwise) {
        long least = otherwise;
        String path = group.equals("/") ? "" : group;
        while (true) {
            OptionalLong limit = files.number(mount + path + "/" + file);
            if (limit.isPresent() && limit.getAsLong() > 0) least = Math.min(least, limit.getAsLong());
            int slash = path.lastIndexOf('/');
            if (slash < 0) return least;
            path = path.substring(0, slash);
        }
    }

    private static OptionalLong total(String meminfo) {
        int at = meminfo.indexOf(TOTAL), end = meminfo.indexOf("kB", at);
        if (at < 0 || end < 0) return OptionalLong.empty();
        try {
            return OptionalLong.of(KIBI
                    * Long.parseLong(meminfo.substring(at + TOTAL.length(), end).strip()));
        } catch (NumberFormatException unread) {
            return OptionalLong.empty();
        }
    }
}
