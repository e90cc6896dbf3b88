// What ops are marked with: names, counts, and what is promised, expected and estimated.
#ifndef AGENTOPT_AGENT_ATTRIBUTES_TD
#define AGENTOPT_AGENT_ATTRIBUTES_TD

include "mlir/IR/AttrTypeBase.td"

class AgentAttr<string cppName, string spelling, string what> : AttrDef<AgentDialect, cppName> {
  let mnemonic = spelling;
  let summary = what;
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

// A number that may be missing.
class Number<string what> : OptionalParameter<"::mlir::FloatAttr", what> {
  let parser = "::agentopt::parseNumber($_parser)";
  let printer = "$_printer.printFloat($_self.getValue())";
}

def SlaAttr : AgentAttr<"Sla", "sla", "how fast an agent must answer"> {
  let description = [{
    `#agent.sla<percentile = 9.5e+01, end_to_end = 2.5e+00, first_token = 4.0e-01>`: times in seconds, above 0, for this percentage of the requests.
  }];
  let parameters = (ins Number<"percentage of the requests, above 0, at most 100">:$percentile,
                        Number<"longest time from request to answer, s">:$end_to_end,
                        Number<"longest time to the first token of the answer, s; at most end_to_end">:$first_token,
                        Number<"longest time between two tokens, s">:$per_token,
                        Number<"longest time when loops run as often as they may, s; at least end_to_end">:$worst_case);
}

def EstimateAttr : AgentAttr<"Estimate", "estimate", "what a cost model says of one run of an op where it is placed"> {
  let description = [{
    `#agent.estimate<seconds = 1.2e-02, dollars = 3.0e-06, spread = 2.0e-01, confidence = "measured">`. A missing number is not known, which is not 0. An op
    that stands for several (a whole LLM call for its prefill and its decode) has their sum.
  }];
  let parameters = (ins Number<"mean time, s, 0 or more">:$seconds, Number<"share of the price of its devices, 0 or more">:$dollars,
                        Number<"one standard deviation of the time, as a share of it, 0 or more">:$spread,
                        OptionalParameter<"::mlir::StringAttr", "where the numbers come from: measured, imported, transferred or generic">:$confidence);
}

def Name : ConfinedAttr<StrAttr, [AttrConstraint<CPred<"!::llvm::cast<::mlir::StringAttr>($_self).getValue().empty()">, "">]> {
  let summary = "a string, not empty";
}
def Device : OptionalAttr<Name>;
def Count : ConfinedAttr<I64Attr, [IntPositive, IntMaxValue<2147483647>]> {
  let summary = "an i64, 1 to 2147483647";
}
def Shards : OptionalAttr<Count>;

#endif
