"""Tiny models of random weights in Hugging Face's own classes, and GGUF files of them by llama.cpp's own converter.

    DERMGEMMA_LLAMA_CPP=SOURCE python tiny_families.py qwen25vl|gemma4|gemma4-small|gemma4-experts FOLDER
"""

import importlib.util
import json
import os
import sys
from pathlib import Path

import torch

#: Pairs that are joined; more would only be more.
MERGES = [("t", "h"), ("th", "e"), ("i", "n"), ("n", "e")]


def byte_letters() -> list[str]:
    """GPT-2's alphabet of bytes."""
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(others)) for byte in range(256)]


def noise(model: torch.nn.Module) -> None:
    """Larger weights than usual, so that an image tells on the answer."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, 0.1 if parameter.shape[-1] < 1000 else 0.02)


def qwen25vl(folder: Path):
    """The model and its tokenizer, which are stored in the folder too."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration
    merges = [*MERGES, ("Ġ", "a"), ("Ġ", "the")]
    pieces = byte_letters() + [one + other for one, other in merges]
    tokenizer = Tokenizer(models.BPE(vocab={piece: place for place, piece in enumerate(pieces)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    markers = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"]
    tokenizer.add_special_tokens([AddedToken(marker, special=True) for marker in markers])
    ids = {marker: tokenizer.token_to_id(marker) for marker in markers}
    torch.manual_seed(1)
    model = Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(
        text_config=dict(
            vocab_size=tokenizer.get_vocab_size(), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=2048, tie_word_embeddings=False, bos_token_id=ids["<|endoftext|>"],
            rope_parameters={"rope_type": "default", "rope_theta": 1e6, "mrope_section": [2, 3, 3]}, eos_token_id=ids["<|im_end|>"]),
        vision_config=dict(
            depth=4, hidden_size=32, intermediate_size=48, num_heads=2, patch_size=14, spatial_merge_size=2, temporal_patch_size=2,
            window_size=112, fullatt_block_indexes=[1, 3], out_hidden_size=64),
        image_token_id=ids["<|image_pad|>"], video_token_id=ids["<|video_pad|>"], vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"])).eval()
    noise(model)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    store(model, fast, folder, {
        "image_mean": [0.5] * 3, "image_std": [0.5] * 3, "image_processor_type": "Qwen2VLImageProcessor", "patch_size": 14,
        "temporal_patch_size": 2, "merge_size": 2, "min_pixels": 3136, "max_pixels": 12845056})
    return model, fast


#: What the sizes of Gemma 4 differ in. The second is as E2B: mtmd tells by the width that an image's tokens are read one after another.
DENSE = dict(
    hidden_size=64, hidden_size_per_layer_input=16, num_kv_shared_layers=0, enable_moe_block=False, use_bidirectional_attention="vision")
SMALL = dict(
    hidden_size=1536, hidden_size_per_layer_input=16, num_kv_shared_layers=2, enable_moe_block=False, use_double_wide_mlp=True,
    use_bidirectional_attention=None)
EXPERTS = dict(
    hidden_size=64, hidden_size_per_layer_input=0, num_kv_shared_layers=0, enable_moe_block=True, num_experts=5, top_k_experts=2,
    moe_intermediate_size=24, attention_k_eq_v=True, num_global_key_value_heads=1, use_bidirectional_attention="vision")


def gemma4(folder: Path, size: dict = DENSE, hears: bool = False):
    """The same for Gemma 4: windows, global blocks of another width of head, an embedding of each block's own or experts."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers
    from transformers import Gemma4Config, Gemma4ForConditionalGeneration, PreTrainedTokenizerFast
    specials = ["<pad>", "<eos>", "<bos>", "<unk>"]
    merges = [*MERGES, ("▁", "a"), ("▁", "the")]
    letters = [chr(byte) for byte in range(33, 127)] + ["▁", "\n"]
    pieces = specials + [f"<0x{byte:02X}>" for byte in range(256)] + letters + [one + other for one, other in merges]
    tokenizer = Tokenizer(models.BPE(
        vocab={piece: place for place, piece in enumerate(pieces)}, merges=merges, byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    markers = ["<|turn>", "<turn|>", "<|image>", "<image|>", "<|image|>", "<|audio|>", "<|video|>", "<|channel>", "<channel|>"]
    tokenizer.add_special_tokens([AddedToken(marker, special=True) for marker in specials + markers])
    ids = {marker: tokenizer.token_to_id(marker) for marker in markers}
    torch.manual_seed(2)
    pieces = tokenizer.get_vocab_size()
    model = Gemma4ForConditionalGeneration(Gemma4Config(
        text_config=dict(
            vocab_size=pieces, vocab_size_per_layer_input=pieces, intermediate_size=96, num_hidden_layers=4,
            num_attention_heads=2, num_key_value_heads=1, head_dim=32, global_head_dim=64,
            layer_types=["sliding_attention", "full_attention"] * 2, sliding_window=512,
            max_position_embeddings=2048, pad_token_id=0, eos_token_id=1, bos_token_id=2, **size),
        vision_config=dict(
            hidden_size=48, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=2, head_dim=24,
            patch_size=16, pooling_kernel_size=3, position_embedding_size=1024, use_clipped_linears=hears),
        audio_config=dict(
            hidden_size=32, num_hidden_layers=1, num_attention_heads=2, subsampling_conv_channels=[8, 4], output_proj_dims=48)
        if hears else None, image_token_id=ids["<|image|>"], boi_token_id=ids["<|image>"], eoi_token_id=ids["<image|>"],
        video_token_id=ids["<|video|>"], audio_token_id=ids["<|audio|>"])).eval()
    noise(model)
    for name, parameter in model.named_parameters():
        # So that the router prefers some experts to others.
        if name.endswith("router.scale"):
            parameter.data.fill_(20)
        elif name.endswith("per_expert_scale"):
            parameter.data.uniform_(0.5, 1.5)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<eos>", bos_token="<bos>", pad_token="<pad>", unk_token="<unk>")
    store(model, fast, folder, {
        "image_mean": [0.0] * 3, "image_std": [1.0] * 3, "image_processor_type": "Gemma4ImageProcessor"})
    return model, fast


def store(model, tokenizer, folder: Path, processing: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(processing))


MAKERS = {
    "qwen25vl": qwen25vl, "gemma4": gemma4, "gemma4-small": lambda folder: gemma4(folder, SMALL, hears=True),
    "gemma4-experts": lambda folder: gemma4(folder, EXPERTS),
}


def convert(folder: Path, out: Path, *more: str) -> None:
    """llama.cpp's script, which knows real vocabularies by their digests: it is told which one ours stands for."""
    from conversion import base
    base.TextModel.get_vocab_base_pre = lambda self, tokenizer: "qwen2"
    specification = importlib.util.spec_from_file_location(
        "convert_hf_to_gguf", Path(os.environ["DERMGEMMA_LLAMA_CPP"]) / "convert_hf_to_gguf.py")
    script = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(script)
    sys.argv = ["convert_hf_to_gguf.py", str(folder), "--outtype", "f32", "--outfile", str(out), *more]
    script.main()


def say_activation(path: Path) -> None:
    """Adds the tower's activation, which the script leaves out for Gemma 4: llama.cpp would compute a quick approximation of GELU."""
    import gguf
    import numpy
    reader = gguf.GGUFReader(path)
    writer = gguf.GGUFWriter(path.with_suffix(".new"), "clip")
    for field in reader.fields.values():
        if not field.name.startswith("GGUF.") and field.name != "general.architecture":
            kind = field.types[0]
            writer.add_key_value(
                field.name, field.contents(), kind, sub_type=field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None)
    writer.add_bool("clip.use_gelu", True)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, numpy.array(tensor.data), raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    path.with_suffix(".new").replace(path)


if __name__ == "__main__":
    source = os.environ["DERMGEMMA_LLAMA_CPP"]
    sys.path[:0] = [f"{source}/gguf-py", source]
    name, place = sys.argv[1], Path(sys.argv[2])
    MAKERS[name](place)
    convert(place, place / "text.gguf")
    convert(place, place / "mmproj.gguf", "--mmproj")
    if name.startswith("gemma4"):
        say_activation(place / "mmproj.gguf")
