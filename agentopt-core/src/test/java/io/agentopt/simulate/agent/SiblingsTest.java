package io.agentopt.simulate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SiblingsTest {
    @Test
    void itemsOfAListComeTogether() {
        Script script = Script.of(SmallAgents.mapReduce());
        assertThat(Siblings.of(script, path -> "pool"))
                .containsEntry("parts/note", 6.0)
                .containsEntry("reduce", 1.0);
    }

    @Test
    void passesOfALoopDoNot() {
        assertThat(Siblings.of(Script.of(SmallAgents.loop()), path -> "pool")).containsEntry("think/decide", 1.0);
    }
}
