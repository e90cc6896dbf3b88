"""Writes tiny random models of real architectures, as from_pretrained reads them: FOLDER/llama, qwen2, bert."""
import json, sys
from pathlib import Path
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (BertConfig, BertForSequenceClassification, BertModel, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, Qwen2Config,
                          Qwen2ForCausalLM, RobertaConfig, RobertaModel)

root = Path(sys.argv[1])
CHATML = ("{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
          "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")
TEXT = ["the graph of an agent is planned, placed and run", "a cache of keys and values", "where is the order", "your parcel is on its way", "what is it worth"]


def byte_level():
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tok.train_from_iterator(TEXT, trainers.BpeTrainer(vocab_size=320, min_frequency=1, show_progress=False, special_tokens=special,
                                                      initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    fast = PreTrainedTokenizerFast(tokenizer_object=tok, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    fast.chat_template = CHATML
    return fast


def word_pieces():
    tok = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tok.normalizer = normalizers.BertNormalizer(lowercase=True)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tok.train_from_iterator(TEXT, trainers.WordPieceTrainer(vocab_size=200, min_frequency=1, show_progress=False, special_tokens=special))
    cls, sep = tok.token_to_id("[CLS]"), tok.token_to_id("[SEP]")
    tok.post_processor = processors.BertProcessing(("[SEP]", sep), ("[CLS]", cls))
    return PreTrainedTokenizerFast(tokenizer_object=tok, cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]", pad_token="[PAD]", mask_token="[MASK]")


def sharpen(model):
    """Random weights of the usual size give scores that are nearly alike; larger ones make a greedy choice clear."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.dim() == 2:
                p.mul_(6)
            elif name.endswith("bias"):
                p.normal_(0, 0.3)


def decoder(kind, config_class, model_class, seed, **more):
    tok = byte_level()
    torch.manual_seed(seed)
    config = config_class(vocab_size=320, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                          max_position_embeddings=256, tie_word_embeddings=True, bos_token_id=None, eos_token_id=tok.eos_token_id,
                          pad_token_id=tok.pad_token_id, **more)
    model = model_class(config).eval()
    sharpen(model)
    model.generation_config.eos_token_id = tok.eos_token_id
    model.generation_config.do_sample = False
    model.save_pretrained(root / kind)
    tok.save_pretrained(root / kind)
    assert len(tok) <= 320 and len(tok) >= .95 * 320, len(tok)


decoder("tiny-llama", LlamaConfig, LlamaForCausalLM, 11)
decoder("tiny-qwen2", Qwen2Config, Qwen2ForCausalLM, 12)

def layout(folder, mode, normalise, max_length, prompts):
    """The files of sentence-transformers."""
    kinds = [("Transformer", ""), ("Pooling", "1_Pooling")] + ([("Normalize", "2_Normalize")] if normalise else [])
    (folder / "modules.json").write_text(json.dumps([
        {"idx": i, "name": str(i), "path": path, "type": "sentence_transformers.models." + kind} for i, (kind, path) in enumerate(kinds)], indent=1))
    (folder / "1_Pooling").mkdir(exist_ok=True)
    modes = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"]
    (folder / "1_Pooling/config.json").write_text(json.dumps(
        {"word_embedding_dimension": 64} | {"pooling_mode_" + m: m == mode for m in modes} | {"include_prompt": True}, indent=1))
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": max_length, "do_lower_case": False}, indent=1))
    (folder / "config_sentence_transformers.json").write_text(json.dumps(
        {"prompts": prompts, "default_prompt_name": None, "similarity_fn_name": "cosine"}, indent=1))


def encoder(kind, config_class, model_class, seed, tok, **more):
    torch.manual_seed(seed)
    model = model_class(config_class(vocab_size=len(tok), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
                                     pad_token_id=tok.pad_token_id, **more)).eval()
    sharpen(model)
    model.save_pretrained(root / kind)
    tok.save_pretrained(root / kind)
    return root / kind


def roberta_pieces():
    tok = Tokenizer(models.BPE(unk_token="<unk>"))
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tok.train_from_iterator(TEXT, trainers.BpeTrainer(vocab_size=300, min_frequency=1, show_progress=False, special_tokens=special,
                                                      initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tok.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return PreTrainedTokenizerFast(tokenizer_object=tok, bos_token="<s>", cls_token="<s>", eos_token="</s>", sep_token="</s>", unk_token="<unk>",
                                   pad_token="<pad>", mask_token="<mask>", model_input_names=["input_ids", "attention_mask"])


bert = encoder("tiny-bert", BertConfig, BertModel, 13, word_pieces(), max_position_embeddings=64)
layout(bert, "mean_tokens", True, 32, {"query": "what is ", "document": ""})
roberta = encoder("tiny-roberta", RobertaConfig, RobertaModel, 14, roberta_pieces(), max_position_embeddings=66, type_vocab_size=1)
layout(roberta, "cls_token", False, 48, {})
encoder("tiny-ranker", BertConfig, BertForSequenceClassification, 15, word_pieces(), max_position_embeddings=64, num_labels=1)
