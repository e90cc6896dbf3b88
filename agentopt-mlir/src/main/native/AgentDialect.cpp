// The generated classes of the dialect, the attributes that any op may carry, and the syntax that ODS cannot say.
#include "AgentDialect.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace agentopt;

namespace {

// A type is left out where it is the usual one.
ParseResult parseAnswerType(OpAsmParser &parser, Type &type) {
  if (succeeded(parser.parseOptionalArrow())) return parser.parseType(type);
  type = CompletionType::get(parser.getContext());
  return success();
}

void printAnswerType(OpAsmPrinter &printer, Operation *, Type type) {
  if (!isa<CompletionType>(type)) printer << " -> " << type;
}

ParseResult parseEmbeddingType(OpAsmParser &parser, Type &type) {
  if (succeeded(parser.parseOptionalColon())) return parser.parseType(type);
  type = EmbeddingType::get(parser.getContext(), {}, Type());
  return success();
}

void printEmbeddingType(OpAsmPrinter &printer, Operation *, EmbeddingType type) {
  if (type.getElementType()) printer << " : " << Type(type);
}

ParseResult parseAudioType(OpAsmParser &parser, Type &type) {
  if (succeeded(parser.parseOptionalColon())) return parser.parseType(type);
  type = AudioType::get(parser.getContext(), 0);
  return success();
}

void printAudioType(OpAsmPrinter &printer, Operation *, AudioType type) {
  if (type.getRate()) printer << " : " << Type(type);
}

ParseResult parseAudioArrow(OpAsmParser &parser, Type &type) {
  if (succeeded(parser.parseOptionalArrow())) return parser.parseType(type);
  type = AudioType::get(parser.getContext(), 0);
  return success();
}

void printAudioArrow(OpAsmPrinter &printer, Operation *, AudioType type) {
  if (type.getRate()) printer << " -> " << Type(type);
}

} // namespace

#include "AgentDialect.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "AgentTypes.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "AgentAttributes.cpp.inc"
#define GET_OP_CLASSES
#include "AgentOps.cpp.inc"

void AgentDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "AgentTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "AgentAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "AgentOps.cpp.inc"
      >();
}

//===-- Types ---------------------------------------------------------------------------------------------------------------------------===//

bool agentopt::isHostTensor(Type t) {
  auto tensor = dyn_cast<RankedTensorType>(t);
  if (!tensor || tensor.getEncoding()) return false;
  Type element = tensor.getElementType();
  return element.isF32() || element.isF16() || element.isBF16() || element.isSignlessInteger(1) || element.isSignlessInteger(8) ||
         element.isSignlessInteger(32) || element.isSignlessInteger(64);
}

bool agentopt::isHostValue(Type t) {
  return isa<ValueType, TextType, PromptType, CompletionType, TokenStreamType, AudioType, ImageType, EmbeddingType, PassagesType, ListType, DynamicType>(t) ||
         t.isInteger(1) || isHostTensor(t);
}

LogicalResult AudioType::verify(function_ref<InFlightDiagnostic()> emitError, int64_t rate) {
  if (rate < 0 || rate > 1000000) return emitError() << "a sample rate of " << rate << " Hz is outside 1..1000000";
  return success();
}

LogicalResult EmbeddingType::verify(function_ref<InFlightDiagnostic()> emitError, ArrayRef<int64_t> shape, Type element) {
  if (shape.empty() != !element) return emitError() << "an embedding has both a shape and an element type, or neither";
  if (shape.size() > 4) return emitError() << "an embedding has at most 4 dimensions, not " << shape.size();
  for (int64_t size : shape)
    if (size < 1 && !ShapedType::isDynamic(size)) return emitError() << "an embedding's dimension must be 1 or more, not " << size;
  if (element && !element.isF32() && !element.isF16() && !element.isBF16() && !element.isSignlessInteger(8))
    return emitError() << "an embedding holds f32, f16, bf16 or i8, not " << element;
  return success();
}

Type EmbeddingType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  Type element;
  if (succeeded(parser.parseOptionalLess()) && (parser.parseDimensionList(shape) || parser.parseType(element) || parser.parseGreater())) return {};
  return parser.getChecked<EmbeddingType>(parser.getContext(), shape, element);
}

void EmbeddingType::print(AsmPrinter &printer) const {
  if (!getElementType()) return;
  printer << '<';
  printer.printDimensionList(getShape());
  printer << 'x' << getElementType() << '>';
}

//===-- Attributes ----------------------------------------------------------------------------------------------------------------------===//

FailureOr<FloatAttr> agentopt::parseNumber(AsmParser &parser) {
  double number;
  if (parser.parseFloat(number)) return failure();
  return Builder(parser.getContext()).getF64FloatAttr(number);
}

namespace {

// Missing numbers pass.
LogicalResult verifyRange(function_ref<InFlightDiagnostic()> emitError, FloatAttr number, StringRef name, bool positive, double most) {
  if (!number) return success();
  double value = number.getValueAsDouble();
  if (positive ? value > 0 && value <= most : value >= 0 && value <= most) return success();
  return emitError() << name << " is " << value << "; it must be " << (positive ? "above 0" : "0 or more") << " and at most " << most;
}

constexpr double MOST = 1e18; // a finite number that no time, price or count reaches

} // namespace

LogicalResult SlaAttr::verify(function_ref<InFlightDiagnostic()> emitError, FloatAttr percentile, FloatAttr endToEnd, FloatAttr firstToken,
                              FloatAttr perToken, FloatAttr worstCase) {
  if (failed(verifyRange(emitError, percentile, "percentile", true, 100))) return failure();
  for (auto [limit, name] : {std::pair(endToEnd, "end_to_end"), {firstToken, "first_token"}, {perToken, "per_token"}, {worstCase, "worst_case"}})
    if (failed(verifyRange(emitError, limit, name, true, MOST))) return failure();
  if (firstToken && endToEnd && firstToken.getValueAsDouble() > endToEnd.getValueAsDouble())
    return emitError() << "first_token (" << firstToken.getValueAsDouble() << " s) is above end_to_end (" << endToEnd.getValueAsDouble() << " s)";
  if (worstCase && endToEnd && worstCase.getValueAsDouble() < endToEnd.getValueAsDouble())
    return emitError() << "worst_case (" << worstCase.getValueAsDouble() << " s) is below end_to_end (" << endToEnd.getValueAsDouble() << " s)";
  return success();
}

LogicalResult EstimateAttr::verify(function_ref<InFlightDiagnostic()> emitError, FloatAttr seconds, FloatAttr dollars, FloatAttr spread,
                                   StringAttr confidence) {
  for (auto [number, name] : {std::pair(seconds, "seconds"), {dollars, "dollars"}, {spread, "spread"}})
    if (failed(verifyRange(emitError, number, name, false, MOST))) return failure();
  if (confidence && !llvm::is_contained({"measured", "imported", "transferred", "generic"}, confidence.getValue()))
    return emitError() << "confidence is " << confidence << "; it must be measured, imported, transferred or generic";
  return success();
}

// The attributes that the dialect's description lists; any op may carry them.
LogicalResult AgentDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  StringRef name = attribute.getName().strref().drop_front(getDialectNamespace().size() + 1);
  Attribute value = attribute.getValue();
  auto must = [&](bool holds, const char *what) -> LogicalResult {
    if (holds) return success();
    return op->emitOpError() << "attribute '" << attribute.getName().strref() << "' must be " << what << ", but is " << value;
  };
  auto isNames = [&] {
    auto all = dyn_cast<ArrayAttr>(value);
    return all && llvm::all_of(all, [](Attribute a) { return isa<StringAttr>(a) && !cast<StringAttr>(a).empty(); });
  };
  if (name == "estimate") return must(isa<EstimateAttr>(value), "an #agent.estimate");
  if (name == "timeout_seconds") {
    auto seconds = dyn_cast<FloatAttr>(value);
    return must(seconds && seconds.getType().isF64() && seconds.getValueAsDouble() > 0 && seconds.getValueAsDouble() <= MOST, "an f64 above 0");
  }
  if (name == "retries") {
    auto retries = dyn_cast<IntegerAttr>(value);
    return must(retries && retries.getType().isSignlessInteger(64) && retries.getInt() >= 0, "an i64 of 0 or more");
  }
  if (name == "pinned_to") return must(isa<StringAttr>(value) && !cast<StringAttr>(value).empty(), "a string, not empty");
  if (name == "forbidden" || name == "zones") return must(isNames(), "an array of strings, none empty");
  return op->emitOpError() << "attribute '" << attribute.getName().strref()
                           << "' is none of agent.estimate, timeout_seconds, retries, pinned_to, forbidden and zones";
}

//===-- The syntax of agent.graph -------------------------------------------------------------------------------------------------------===//

ParseResult GraphOp::parse(OpAsmParser &parser, OperationState &state) {
  StringAttr name;
  OpAsmParser::Argument input;
  Type result;
  if (parser.parseSymbolName(name, getSymNameAttrName(state.name), state.attributes) || parser.parseLParen() ||
      parser.parseArgument(input, /*allowType=*/true) || parser.parseRParen() || parser.parseArrow() || parser.parseType(result) ||
      parser.parseOptionalAttrDictWithKeyword(state.attributes))
    return failure();
  state.attributes.set(getResultTypeAttrName(state.name), TypeAttr::get(result));
  return parser.parseRegion(*state.addRegion(), input);
}

void GraphOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getSymName());
  printer << '(';
  printer.printRegionArgument(getBody()->getArgument(0));
  printer << ") -> " << getResultType();
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {getSymNameAttrName(), getResultTypeAttrName()});
  printer << ' ';
  printer.printRegion(getBodyRegion(), /*printEntryBlockArgs=*/false);
}
