#!/bin/sh
# doc.sh FILE: writes the reference page of the agent dialect, which mlir-tblgen makes of Agent.td. What speaks of C++ is left out.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
llvm=${AGENTOPT_LLVM:-/usr/lib/llvm-22}
"$llvm/bin/mlir-tblgen" -gen-dialect-doc -dialect agent -I "$llvm/include" -I "$here" "$here/Agent.td" |
    sed -E -e "s/^<!-- Auto.*/<!-- Made of Agent.td by agentopt-mlir\/src\/main\/native\/doc.sh; edit that file, not this one. -->/" \
        -e "s/^# 'agent' Dialect/# The agent dialect/" -e 's/^### (`agent\.[a-z_]+`) \(.*/### \1/' -e 's/^### ([A-Z][A-Za-z]+)Attr$/### \1/' -e 's/^### ([A-Z][A-Za-z]+)Type$/### \1/' \
        -e '/^\[TOC\]$/d' -e '/^(Traits|Interfaces|Effects): /d' -e 's/^operation ::= //' -e 's/^ +`:` qual/  `:` qual/' -e 's/qualified\(type\(([^)]*)\)\)/type(\1)/g' \
        -e 's/`` custom<AnswerType>\(type\((\$[a-z]+)\)\)/(`->` type(\1))?/' -e 's/`` custom<AudioArrow>\(type\((\$[a-z]+)\)\)/(`->` type(\1))?/' \
        -e 's/`` custom<[A-Za-z]+Type>\(type\((\$[a-z]+)\)\)/(`:` type(\1))?/' -e 's/ attr-dict-with-keyword/ (`attributes` attributes)?/' -e 's/ ?attr-dict/ attributes?/' \
        -e 's/^ +\(`->`/  (`->`/' -e '/^<\/?table>$/d' -e 's/^<tr><th>Attribute.*/| Attribute | Description |\n| :-----: | ----------- |/' \
        -e 's/^<tr><td><code>([a-z_]+)<\/code><\/td><td>[^<]*<\/td><td>(.*)<\/td><\/tr>$/| `\1` | \2 |/' \
        -e 's/&lt;/</g; s/&gt;/>/g' -e 's/64-bit float attribute/an f64/; s/unit attribute/present or not/; s/string attribute/a string/; s/string array attribute/strings/' \
        -e 's/^\| Parameter \| C\+\+ type \| /| Parameter | /; s/^\| :-------: \| :-------: \| /| :-------: | /' \
        -e 's/^\| ([a-zA-Z_]+) \| `[^`]*` \| (.*) \|$/| `\1` | \2 |/' \
        -e 's/^  ::mlir::FloatAttr(,?) +# (.*)/  \2 = number\1/; s/^  ::mlir::StringAttr(,?) +# confidence/  confidence = "word"\1/' \
        -e 's/^  ::mlir::StringAttr +# (.*)/  "\1"/; s/^  int64_t +# (.*)/  \1/' |
    cat -s >"$1"
