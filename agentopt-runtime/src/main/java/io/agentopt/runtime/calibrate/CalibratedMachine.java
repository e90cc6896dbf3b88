package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Calibration;
import io.agentopt.cost.CostModel;
import io.agentopt.cost.EfficiencyTable;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.hardware.DeviceSpec;
import java.util.Map;
import java.util.TreeMap;

/**
 * A machine and a cost model that has been fitted to it.
 *
 * @param device the machine
 * @param fits what was fitted, by class of work
 */
public record CalibratedMachine(DeviceSpec device, Map<OperatorClass, Calibration> fits) {
    public CalibratedMachine {
        fits = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(fits));
    }

    /** {@return a cost model that uses the fits for this machine and generic efficiencies elsewhere} */
    public CostModel costModel() {
        EfficiencyTable table = EfficiencyTable.generic();
        for (Map.Entry<OperatorClass, Calibration> fit : fits.entrySet()) {
            table = table.with(device.id(), fit.getKey(), fit.getValue().efficiency());
        }
        return new RooflineCostModel(table);
    }
}
