#ifndef AGENTOPT_CODEGEN_GPU_ROWS_H
#define AGENTOPT_CODEGEN_GPU_ROWS_H

namespace agentopt {
void registerGpuRows();
void registerGpuOperands();
}

#endif
