package io.agentopt.runtime.llm.execute;

/**
 * How a GPU runs a decoder. Processors do not ask.
 *
 * @param lane where prompts are filled
 * @param captureAtOpen whether a prompt is run and the graphs of all widths are captured when the engine opens, some 20 ms each;
 *     otherwise each when a step first needs it, which that step's answers wait for
 */
public record GpuSettings(PromptLane lane, boolean captureAtOpen) {
    /** {@return prompts between steps, graphs captured at opening} */
    public static GpuSettings standard() {
        return of(PromptLane.BETWEEN_STEPS);
    }

    /** {@return graphs captured at opening} */
    public static GpuSettings of(PromptLane lane) {
        return new GpuSettings(lane, true);
    }

    /** {@return these settings with graphs captured when a step first needs them} */
    public GpuSettings capturingLate() {
        return new GpuSettings(lane, false);
    }
}
