#ifndef AGENTOPT_CODEGEN_DEVICE_MATH_H
#define AGENTOPT_CODEGEN_DEVICE_MATH_H

namespace agentopt {
void registerDeviceMath();
}

#endif
