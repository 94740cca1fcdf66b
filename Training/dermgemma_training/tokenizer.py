"""Our own SentencePiece BPE vocabulary, with Gemma 3's special pieces and no pre-processing of text.

Pieces may span words: the fixed parts of prompts and descriptions become one or two pieces each, so that a question costs
a dozen tokens beside its image. It learns from `Curriculum.corpus`, whose fragments end where a word may vary.
"""

from __future__ import annotations

from pathlib import Path

import sentencepiece

#: Pieces with the ids that Gemma 3 gives them, then its chat and image pieces.
PAD, EOS, BOS, UNKNOWN = 0, 1, 2, 3
SYMBOLS = ("<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>", "<image_soft_token>")
VOCABULARY_SIZE = 2048


def train_tokenizer(texts: list[str], path: Path) -> None:
    """Trains the vocabulary on the fragments of training's texts; identity normalisation, byte fallback."""
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_prefix=str(path.with_suffix("")), model_type="bpe",
        vocab_size=VOCABULARY_SIZE, hard_vocab_limit=False, byte_fallback=True, character_coverage=1.0,
        normalization_rule_name="identity", remove_extra_whitespaces=False, add_dummy_prefix=False,
        allow_whitespace_only_pieces=True, max_sentence_length=1 << 16,
        pad_id=PAD, eos_id=EOS, bos_id=BOS, unk_id=UNKNOWN, pad_piece="<pad>", eos_piece="<eos>",
        bos_piece="<bos>", unk_piece="<unk>", user_defined_symbols=list(SYMBOLS), num_threads=1, split_by_whitespace=False,
        split_by_unicode_script=False, split_by_number=False, max_sentencepiece_length=512,
        minloglevel=2)


class Tokenizer:
    """Encodes the engine's text pieces, each as one unit, and joins them with special ids."""

    def __init__(self, path: Path):
        self.processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
        ids = [self.processor.piece_to_id(s) for s in SYMBOLS]
        self.start_of_turn, self.end_of_turn, self.start_of_image, self.end_of_image, self.image = ids
        self.size = self.processor.get_piece_size()

    def encode(self, text: str) -> list[int]:
        """Plain text, never special pieces."""
        return self.processor.encode(text)

    def decode(self, ids: list[int]) -> str:
        """Generated ids to text."""
        return self.processor.decode(ids)

    def visual_prefix(self, image_tokens: int) -> list[int]:
        """`<bos><start_of_turn>user\\n\\n\\n<start_of_image>` image `<end_of_image>`."""
        return ([BOS, self.start_of_turn] + self.encode("user\n\n\n") + [self.start_of_image]
                + [self.image] * image_tokens + [self.end_of_image])

    def visual_prompt(self, prompt: str, answer_prefix: str) -> list[int]:
        """What follows the image, up to and with `Answer:`."""
        return self.encode("\n\n" + prompt) + self._turn(answer_prefix)

    def text_prompt(self, prompt: str, answer_prefix: str) -> list[int]:
        """A whole prompt without an image."""
        return [BOS, self.start_of_turn] + self.encode("user\n" + prompt) + self._turn(answer_prefix)

    def answer(self, text: str) -> list[int]:
        """The taught continuation: a space, the text, end of turn."""
        return self.encode(" " + text) + [self.end_of_turn]

    def _turn(self, answer_prefix: str) -> list[int]:
        return ([self.end_of_turn] + self.encode("\n") + [self.start_of_turn]
                + self.encode("model\n" + answer_prefix))
