package io.agentopt.simulate.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class EventQueueTest {
    private record Happened(double seconds, int tag) {}

    private final EventQueue queue = new EventQueue();
    private final List<Happened> happened = new ArrayList<>();

    private void note(double seconds, int tag) {
        assertThat(queue.now()).isEqualTo(seconds);
        happened.add(new Happened(seconds, tag));
    }

    @Test
    void eventsOfOneTimeHappenAsScheduled() {
        queue.at(2, this::note, 1);
        queue.at(1, this::note, 2);
        queue.at(2, this::note, 3);
        queue.at(2, this::note, 4);
        assertThat(queue.nextSeconds()).isEqualTo(1);
        queue.run();
        assertThat(happened).extracting(Happened::tag).containsExactly(2, 1, 3, 4);
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.nextSeconds()).isInfinite();
    }

    @Test
    void untilATimeIncludesIt() {
        queue.at(1, this::note, 1);
        queue.at(2, this::note, 2);
        queue.at(3, this::note, 3);
        queue.runUntil(2);
        assertThat(happened).extracting(Happened::tag).containsExactly(1, 2);
        queue.runUntil(2.5);
        assertThat(queue.now()).isEqualTo(2.5);
    }

    @Test
    void thePastIsRefused() {
        queue.at(1, this::note, 1);
        queue.run();
        assertThatThrownBy(() -> queue.at(0.5, this::note, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0.5 s")
                .hasMessageContaining("1.0 s");
        assertThatThrownBy(() -> queue.at(Double.NaN, this::note, 2)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> queue.after(Double.POSITIVE_INFINITY, this::note, 2))
                .hasMessageContaining("finite");
    }

    @Property(seed = "20261122", tries = 100)
    void anyOrderComesOutSorted(@ForAll long seed) {
        EventQueue events = new EventQueue();
        List<Happened> out = new ArrayList<>();
        List<Happened> in = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(seed);
        int n = random.nextInt(300);
        for (int i = 0; i < n; i++) {
            double time = random.nextInt(40);
            in.add(new Happened(time, i));
            events.at(time, (t, tag) -> out.add(new Happened(t, tag)), i);
        }
        events.run();
        in.sort(Comparator.comparingDouble(Happened::seconds).thenComparingInt(Happened::tag));
        assertThat(out).isEqualTo(in);
    }
}
