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
  let description = "`#agent.estimate<seconds = 1.2e-02, dollars = 3.0e-06, confidence = \"measured\">`";
  let parameters = (ins Number<"mean time, s, 0 or more">:$seconds, Number<"0 or more">:$dollars,
                        Number<"one standard deviation of the time, as a share of it, 0 or more">:$spread,
                        OptionalParameter<"::mlir::StringAttr", "where the numbers come from: measured, imported, transferred or generic">:$confidence);
}

def ExpectationAttr : AgentAttr<"Expectation", "expectation", "means over requests of what an op is given, gives, and how often it runs"> {
  let description = "`#agent.expectation<input_tokens = 8.12e+02, output_tokens = 1.28e+02, output_bytes = 4.096e+03, visits = 1.6e+00>`, each 0 or more";
  let parameters = (ins Number<"tokens">:$input_tokens, Number<"tokens">:$output_tokens, Number<"bytes">:$output_bytes,
                        Number<"runs in one request">:$visits);
}

class IsNot<string what, string condition> : AttrConstraint<CPred<condition>, what>;
def Name : ConfinedAttr<StrAttr, [IsNot<"not empty", "!::llvm::cast<::mlir::StringAttr>($_self).getValue().empty()">]>;
def Device : OptionalAttr<Name>;
def Count : ConfinedAttr<I64Attr, [IntPositive, IntMaxValue<2147483647>]>;
def Shards : OptionalAttr<Count>;

#endif
