"""one_architecture.py FILE SM: zeroes the code of other architectures in a CUDA library, in place; a loader never reads it."""
import re, struct, subprocess, sys

path, keep = sys.argv[1], int(sys.argv[2])
sections = subprocess.run(["readelf", "-SW", path], capture_output=True, text=True, check=True).stdout
found = re.search(r"\.nv_fatbin\s+PROGBITS\s+\w+\s+(\w+)\s+(\w+)", sections)
offset, size = int(found[1], 16), int(found[2], 16)
data = bytearray(open(path, "rb").read())
at, zeroed = offset, 0
while at + 16 <= offset + size:
    magic, _, header, length = struct.unpack_from("<IHHQ", data, at)
    if magic != 0xBA55ED50:  # containers begin at multiples of 8
        at += 8
        continue
    entry, end = at + header, at + header + length
    while entry + 64 <= end:
        _, _, entry_header, entry_length = struct.unpack_from("<HHIQ", data, entry)
        if struct.unpack_from("<I", data, entry + 28)[0] != keep:
            data[entry + entry_header : entry + entry_header + entry_length] = bytes(entry_length)
            zeroed += entry_length
        entry += entry_header + entry_length
    at = end
open(path, "wb").write(data)
print(f"{path}: {zeroed / 1e6:.0f} MB of other architectures zeroed")
