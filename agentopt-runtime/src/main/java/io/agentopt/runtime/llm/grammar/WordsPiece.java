package io.agentopt.runtime.llm.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One of several words, and after each what belongs to it. A word may begin another one only if nothing belongs to either. */
final class WordsPiece implements Piece {
    private final List<Map<Integer, Integer>> children = new ArrayList<>(List.of(new HashMap<>()));
    private final Map<Integer, Piece> after = new HashMap<>(); // by the position of the word's last byte

    WordsPiece add(String word, Piece then) {
        int at = 0;
        for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
            Integer child = children.get(at).get(b & 0xFF);
            if (child == null) {
                child = children.size();
                children.add(new HashMap<>());
                children.get(at).put(b & 0xFF, child);
            }
            at = child;
        }
        after.put(at, then);
        return this;
    }

    static WordsPiece word(String word) {
        return new WordsPiece().add(word, SequencePiece.NOTHING);
    }

    @Override
    public State step(State at, int b, Grammar grammar) {
        Integer child = children.get(at.position).get(b);
        if (child == null) return mayEnd(at.position) ? grammar.step(at.rest(), b) : State.DEAD;
        Piece then = after.get(child);
        return then != null && children.get(child).isEmpty()
                ? then.enter(at.rest(), grammar)
                : grammar.state(this, child, at.rest());
    }

    @Override
    public boolean mayEnd(int position) {
        return after.containsKey(position);
    }
}
