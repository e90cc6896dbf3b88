package io.agentopt.runtime.device.fact;

/** What the system or a driver tells of a device. */
public sealed interface DeviceFacts permits CpuFacts, GpuFacts {}
