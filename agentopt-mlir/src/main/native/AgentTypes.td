// The types of the agent dialect, and the sets of them that ops take.
#ifndef AGENTOPT_AGENT_TYPES_TD
#define AGENTOPT_AGENT_TYPES_TD

include "mlir/IR/AttrTypeBase.td"

class AgentType<string cppName, string spelling, string what> : TypeDef<AgentDialect, cppName> {
  let mnemonic = spelling;
  let summary = what;
}

def ValueType : AgentType<"Value", "value", "an opaque host value; the tag names its host type"> {
  let parameters = (ins AttrParameter<"::mlir::StringAttr", "usually a Java class">:$tag);
  let assemblyFormat = "`<` $tag `>`";
}
def TextType : AgentType<"Text", "text", "plain text">;
def PromptType : AgentType<"Prompt", "prompt", "the messages and tools that a model is asked with">;
def CompletionType : AgentType<"Completion", "completion", "what a model generated">;
def TokenStreamType : AgentType<"TokenStream", "token_stream", "what a model generates, as it comes; each reader sees all of it">;
def AudioType : AgentType<"Audio", "audio", "mono sound"> {
  let description = "Its sample rate in Hz, where it is known: `!agent.audio<16000>`.";
  let parameters = (ins DefaultValuedParameter<"int64_t", "0", "samples per second; 0 where unknown">:$rate);
  let assemblyFormat = "(`<` $rate^ `>`)?";
  let genVerifyDecl = 1;
}
def ImageType : AgentType<"Image", "image", "a picture as the host holds it; pixels are a tensor">;
def EmbeddingType : AgentType<"Embedding", "embedding", "what an embedding model makes of a text"> {
  let description = [{
    A vector, or one for each row of a tensor. Its shape and element type, where they are known: `!agent.embedding<384xf32>`, `!agent.embedding<?x384xf16>`.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t", "sizes, ? for one that is not known">:$shape,
                        OptionalParameter<"::mlir::Type", "f32, f16, bf16 or i8">:$elementType);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}
def PassagesType : AgentType<"Passages", "passages", "retrieved passages, best first">;
def ListType : AgentType<"List", "list", "a host list; its elements are host values">;
def KvCacheType : AgentType<"KvCache", "kv_cache", "the KV cache of one sequence in one model, with the logits of the first token"> {
  let parameters = (ins AttrParameter<"::mlir::StringAttr", "its name">:$model);
  let assemblyFormat = "`<` $model `>`";
}
def KvPrefixType : AgentType<"KvPrefix", "kv_prefix", "what a model made of the beginning of a prompt; immutable, for any number of prefills"> {
  let parameters = (ins "::mlir::StringAttr":$model);
  let assemblyFormat = "`<` $model `>`";
}

def UserType : Type<CPred<"::llvm::isa<::mlir::DynamicType>($_self)">, "a type of a user's dialect">;
def HostTensor : Type<CPred<"::agentopt::isHostTensor($_self)">, "a ranked tensor of f32, f16, bf16, i8, i32, i64 or i1">;
def HostValue : Type<CPred<"::agentopt::isHostValue($_self)">, "host value (any agent type but kv_cache, i1, a tensor, or a type of a user's dialect)">;
def Elements : AnyTypeOf<[ListType, PassagesType], "a list or passages">;
def Words : AnyTypeOf<[TextType, CompletionType, TokenStreamType], "text, a completion or a token stream">;
def Answer : AnyTypeOf<[CompletionType, TokenStreamType], "a completion or a token stream">;
def Numbers : AnyTypeOf<[HostTensor, EmbeddingType, AudioType, ImageType, ValueType], "a tensor, an embedding, audio, an image, or a value of the host that holds one">;
def Partial : AnyTypeOf<[HostTensor, EmbeddingType, CompletionType], "a tensor, an embedding or a completion">;

#endif
