// 2^x = 2^k * 2^f with k the whole number nearest to x and f from -1/2 to 1/2. Adding 2^23 + 2^22 + 127 rounds x to k and leaves k + 127, the exponent field
// of 2^k, in the low bits of the sum, so that one shift makes 2^k. 2^f is a polynomial of degree 5, minimax by relative error with 2^0 exact: 9.2e-8.
// Half of the operations of MLIR's own exp. From 127.5 on the result is infinite, below -126.5 it is 0; NaN stays NaN.
#include "exponential.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace {

constexpr float LEAST = -127.0f, MOST = 128.0f, MAGIC = 12582912.0f + 127.0f;
constexpr float COEFFICIENTS[] = {1.0f, 0x1.62e42ap-1f, 0x1.ebf9bcp-3f, 0x1.c6b752p-5f, 0x1.3cea88p-7f, 0x1.5bba14p-10f};

struct Exp2 : OpRewritePattern<math::Exp2Op> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::Exp2Op op, PatternRewriter &rewriter) const override {
    Type type = op.getType();
    auto shaped = dyn_cast<VectorType>(type);
    if (!getElementTypeOrSelf(type).isF32() || (!shaped && !isa<FloatType>(type)) || (shaped && shaped.isScalable())) return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Type whole = b.getI32Type();
    if (shaped) whole = shaped.clone(whole);
    auto constant = [&](Type of, Attribute value) -> Value {
      if (auto vector = dyn_cast<VectorType>(of)) value = DenseElementsAttr::get(vector, value);
      return arith::ConstantOp::create(b, cast<TypedAttr>(value));
    };
    auto real = [&](float value) { return constant(type, b.getF32FloatAttr(value)); };
    auto clamped = [&](Value x, arith::CmpFPredicate beyond, float limit) -> Value { // a NaN is beyond nothing
      Value bound = real(limit);
      return arith::SelectOp::create(b, arith::CmpFOp::create(b, beyond, x, bound), bound, x);
    };

    Value x = clamped(clamped(op.getOperand(), arith::CmpFPredicate::OLT, LEAST), arith::CmpFPredicate::OGT, MOST);
    Value magic = real(MAGIC);
    Value sum = arith::AddFOp::create(b, x, magic);
    Value fraction = arith::SubFOp::create(b, x, arith::SubFOp::create(b, sum, magic));
    Value polynomial = real(COEFFICIENTS[std::size(COEFFICIENTS) - 1]);
    for (size_t i = std::size(COEFFICIENTS) - 1; i-- > 0;) polynomial = math::FmaOp::create(b, polynomial, fraction, real(COEFFICIENTS[i]));
    Value field = arith::ShLIOp::create(b, arith::BitcastOp::create(b, whole, sum), constant(whole, b.getI32IntegerAttr(23)));
    rewriter.replaceOp(op, arith::MulFOp::create(b, polynomial, arith::BitcastOp::create(b, type, field)).getResult());
    return success();
  }
};

} // namespace

void agentopt::populateExponentialPatterns(RewritePatternSet &patterns) { patterns.add<Exp2>(patterns.getContext()); }
