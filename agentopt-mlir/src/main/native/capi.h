// The graph library's own C functions, over the agent dialect. Java binds these beside a few of MLIR's C API.
#ifndef AGENTOPT_CAPI_H
#define AGENTOPT_CAPI_H

#include "AgentDialect.h"
#include "session.h"

namespace agentopt {

// The name in a location: a string attribute, or null where there is none. Names and what was declared are looked at first, since walking a location
// takes longer than an op does.
Attribute nameIn(Location location);

inline Type type(const void *p) { return Type::getFromOpaquePointer(p); }
inline Attribute attribute(const void *p) { return Attribute::getFromOpaquePointer(p); }
inline Value value(void *p) { return Value::getFromOpaquePointer(p); }
inline void *opaque(Attribute a) { return const_cast<void *>(a.getAsOpaquePointer()); }

} // namespace agentopt

#endif
