package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Measurement;
import io.agentopt.runtime.backend.CancelToken;
import java.util.List;
import java.util.Optional;

/** Times points of one model on one device. */
interface PointTimer extends AutoCloseable {
    /** {@return what could be timed, the cheapest of each kind of work first} */
    List<CalibrationPoint> candidates();

    /** {@return how much work timing a point once is, in any unit that grows with it; setting it up included} */
    double effort(CalibrationPoint point);

    /**
     * {@return one timing; empty if it told nothing, as where answers ended at once}
     *
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled, also in mid-run
     */
    Optional<Measurement> time(CalibrationPoint point, CancelToken cancel);

    @Override
    void close();
}
