#pragma once

// Formats of weights in blocks of 256 numbers, whose sub-blocks have whole scales, and some of them minima, of few bits.

#include "block-arithmetic.h"

#ifdef DERMGEMMA_BLOCKS
namespace {

/// What these formats have in common.
template <typename TheBlock, int theSubLength, int theOffset, int theLargest, bool withMinima> struct Superblock {
    using Block = TheBlock;
    using Activation = block_q8_K;
    static constexpr int length = 256, subLength = theSubLength, offset = theOffset, largest = theLargest;
    static constexpr bool hasMinima = withMinima;
};

/// Bits of `bits` where `mask` has them, put into x.
ALWAYS_INLINE __m256i withBits(__m256i x, __m256i bits, int mask) {
    return _mm256_or_si256(x, _mm256_and_si256(bits, _mm256_set1_epi8(char(mask))));
}

/// Bits moved to the left in every byte, or to the right for a negative count; what comes in from the next byte is to be masked.
template <int count> ALWAYS_INLINE __m256i moved(__m256i x) {
    return count > 0 ? _mm256_slli_epi16(x, count > 0 ? count : 0) : _mm256_srli_epi16(x, count < 0 ? -count : 0);
}

#ifdef DERMGEMMA_FOURS
ALWAYS_INLINE __m512i twice(const void * p) { return _mm512_broadcast_i64x4(loadBytes(p)); }

ALWAYS_INLINE __m512i withBits(__m512i x, __m512i bits, int mask) {
    return _mm512_ternarylogic_epi32(x, bits, _mm512_set1_epi8(char(mask)), 0xF8);
}

/// Bits moved in every byte, by one count in the first half and by another in the second; what comes in is to be masked.
template <int first, int second> ALWAYS_INLINE __m512i moved(__m512i x) {
    const __m512i counts = _mm512_inserti64x4(_mm512_set1_epi32(first & 31), _mm256_set1_epi32(second & 31), 1);
    return _mm512_rolv_epi32(x, counts);
}

ALWAYS_INLINE __m512i lowNibbles(__m512i x) { return _mm512_and_si512(x, _mm512_set1_epi8(15)); }
ALWAYS_INLINE __m512i highNibbles(__m512i x) { return lowNibbles(_mm512_srli_epi16(x, 4)); }

/// A block's activations, 64 in each vector, in their order.
ALWAYS_INLINE void inOrder(const int8_t * from, __m512i (&x)[4]) {
    for (int z = 0; z < 4; ++z) {
        x[z] = _mm512_loadu_si512(from + 64 * z);
    }
}

/// The same in the order in which Q4_K and Q5_K keep their nibbles: pieces of 32 numbers 0 and 2, 1 and 3, 4 and 6, 5 and 7.
ALWAYS_INLINE void byPieces(const int8_t * from, __m512i (&x)[4]) {
    for (int z = 0; z < 4; ++z) {
        const int8_t * first = from + z / 2 * 128 + z % 2 * 32;
        x[z] = _mm512_inserti64x4(_mm512_castsi256_si512(loadBytes(first)), loadBytes(first + 64), 1);
    }
}

/// Where the scale of each sum of 16 bits is among a block's: `step` sub-blocks from one group of four lanes to the next.
ALWAYS_INLINE __m512i scalesOfSixteen(int half) {
    const __m512i places = _mm512_set_epi16(7, 7, 7, 7, 3, 3, 3, 3, 6, 6, 6, 6, 2, 2, 2, 2, 5, 5, 5, 5, 1, 1, 1, 1, 4, 4, 4, 4, 0, 0, 0, 0);
    return _mm512_add_epi16(places, _mm512_set1_epi16(short(8 * half)));
}
ALWAYS_INLINE __m512i scalesOfPieces(int half) {
    const __m512i places = _mm512_set_epi16(3, 3, 3, 3, 2, 2, 2, 2, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0);
    return _mm512_add_epi16(places, _mm512_set1_epi16(short(4 * half)));
}
#endif

/// The eight scales and, behind them, the eight minima of a Q4_K or Q5_K block, of which `head` are the first 16 bytes.
ALWAYS_INLINE __m128i scalesAndMinima(const void * head) {
    const __m128i x = _mm_loadu_si128((const __m128i *)head);
    const __m128i low = _mm_srlv_epi32(_mm_shuffle_epi32(x, _MM_SHUFFLE(3, 2, 3, 1)), _mm_setr_epi32(0, 0, 0, 4));
    const __m128i high = _mm_srli_epi32(_mm_shuffle_epi32(x, _MM_SHUFFLE(2, 2, 1, 1)), 2);
    return _mm_or_si128(_mm_and_si128(low, _mm_setr_epi32(0x3f3f3f3f, 0x0f0f0f0f, 0x3f3f3f3f, 0x0f0f0f0f)),
                        _mm_and_si128(high, _mm_setr_epi32(0, 0x30303030, 0, 0x30303030)));
}

struct IQ4_XS : Superblock<block_iq4_xs, 32, 128, 255, false> {
    /// The scales of a block's sub-blocks, and behind eight of them the minima.
    ALWAYS_INLINE static __m128i scales(const Block & block) {
        uint32_t packed;
        memcpy(&packed, block.scales_l, 4);
        const __m256i low = _mm256_srlv_epi32(_mm256_set1_epi32(int(packed)), _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28));
        const __m256i high = _mm256_srlv_epi32(_mm256_set1_epi32(block.scales_h), _mm256_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14));
        const __m256i six = _mm256_or_si256(_mm256_and_si256(low, _mm256_set1_epi32(15)),
                                            _mm256_slli_epi32(_mm256_and_si256(high, _mm256_set1_epi32(3)), 4));
        const __m256i wide = _mm256_sub_epi32(six, _mm256_set1_epi32(32));
        const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
        return _mm_packs_epi16(words, _mm_setzero_si128());
    }

    template <int t> ALWAYS_INLINE static __m256i codes(const Block & block) { return unevenValues(nibbles(block.qs + 16 * t)); }

#ifdef DERMGEMMA_FOURS
    /// Vector 2h has the first 16 numbers of the sub-blocks 4h to 4h + 3, the next one the others.
    ALWAYS_INLINE static void arrange(const int8_t * from, __m512i (&x)[4]) {
        for (int h = 0; h < 2; ++h) {
            const __m512i a = _mm512_loadu_si512(from + 128 * h), b = _mm512_loadu_si512(from + 128 * h + 64);
            x[2 * h] = _mm512_shuffle_i32x4(a, b, 0x88);
            x[2 * h + 1] = _mm512_shuffle_i32x4(a, b, 0xDD);
        }
    }

    ALWAYS_INLINE static void unpack(const Block & block, __m512i (&codes)[4]) {
        const __m128i values = _mm256_castsi256_si128(unevenValues(_mm256_setr_epi64x(0x0706050403020100, 0x0f0e0d0c0b0a0908, 0, 0)));
        const __m512i table = _mm512_broadcast_i32x4(values);
        for (int h = 0; h < 2; ++h) {
            const __m512i x = _mm512_loadu_si512(block.qs + 64 * h);
            codes[2 * h] = _mm512_shuffle_epi8(table, lowNibbles(x));
            codes[2 * h + 1] = _mm512_shuffle_epi8(table, highNibbles(x));
        }
    }

    static __m512i places(int half) {
        return _mm512_add_epi16(_mm512_set_epi16(3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0),
                                _mm512_set1_epi16(short(4 * half)));
    }
#endif
};

struct Q4_K : Superblock<block_q4_K, 32, 0, 15, true> {
    ALWAYS_INLINE static __m128i scales(const Block & block) { return scalesAndMinima(&block); }

    template <int t> ALWAYS_INLINE static __m256i codes(const Block & block) {
        const __m256i x = loadBytes(block.qs + t / 2 * 32);
        return t % 2 == 0 ? lowNibbles(x) : highNibbles(x);
    }

#ifdef DERMGEMMA_FOURS
    ALWAYS_INLINE static void arrange(const int8_t * from, __m512i (&x)[4]) { byPieces(from, x); }

    ALWAYS_INLINE static void unpack(const Block & block, __m512i (&codes)[4]) {
        for (int h = 0; h < 2; ++h) {
            const __m512i x = _mm512_loadu_si512(block.qs + 64 * h);
            codes[2 * h] = lowNibbles(x);
            codes[2 * h + 1] = highNibbles(x);
        }
    }

    static __m512i places(int half) { return scalesOfPieces(half); }
#endif
};

struct Q5_K : Superblock<block_q5_K, 32, 0, 31, true> {
    ALWAYS_INLINE static __m128i scales(const Block & block) { return scalesAndMinima(&block); }

    /// Bit t of a byte of `qh` is the fifth bit of a number of sub-block t.
    template <int t> ALWAYS_INLINE static __m256i codes(const Block & block) {
        const __m256i x = loadBytes(block.qs + t / 2 * 32);
        return withBits(t % 2 == 0 ? lowNibbles(x) : highNibbles(x), moved<4 - t>(loadBytes(block.qh)), 16);
    }

#ifdef DERMGEMMA_FOURS
    ALWAYS_INLINE static void arrange(const int8_t * from, __m512i (&x)[4]) { byPieces(from, x); }

    ALWAYS_INLINE static void unpack(const Block & block, __m512i (&codes)[4]) {
        const __m512i x = _mm512_loadu_si512(block.qs), y = _mm512_loadu_si512(block.qs + 64), fifth = twice(block.qh);
        codes[0] = withBits(lowNibbles(x), moved<4, 2>(fifth), 16);
        codes[1] = withBits(highNibbles(x), moved<3, 1>(fifth), 16);
        codes[2] = withBits(lowNibbles(y), moved<0, -2>(fifth), 16);
        codes[3] = withBits(highNibbles(y), moved<-1, -3>(fifth), 16);
    }

    static __m512i places(int half) { return scalesOfPieces(half); }
#endif
};

struct Q6_K : Superblock<block_q6_K, 16, 32, 63, false> {
    ALWAYS_INLINE static __m128i scales(const Block & block) { return _mm_loadu_si128((const __m128i *)block.scales); }

    template <int t> ALWAYS_INLINE static __m256i codes(const Block & block) {
        constexpr int half = t / 4, part = t % 4;
        const __m256i x = loadBytes(block.ql + 64 * half + part % 2 * 32);
        return withBits(part < 2 ? lowNibbles(x) : highNibbles(x), moved<4 - 2 * part>(loadBytes(block.qh + 32 * half)), 0x30);
    }

#ifdef DERMGEMMA_FOURS
    ALWAYS_INLINE static void arrange(const int8_t * from, __m512i (&x)[4]) { inOrder(from, x); }

    ALWAYS_INLINE static void unpack(const Block & block, __m512i (&codes)[4]) {
        for (int h = 0; h < 2; ++h) {
            const __m512i x = _mm512_loadu_si512(block.ql + 64 * h), high = twice(block.qh + 32 * h);
            codes[2 * h] = withBits(lowNibbles(x), moved<4, 2>(high), 0x30);
            codes[2 * h + 1] = withBits(highNibbles(x), moved<0, -2>(high), 0x30);
        }
    }

    static __m512i places(int half) { return scalesOfSixteen(half); }
#endif
};

struct Q3_K : Superblock<block_q3_K, 16, 4, 7, false> {
    ALWAYS_INLINE static __m128i scales(const Block & block) {
        uint32_t a, b, c;
        memcpy(&a, block.scales, 4);
        memcpy(&b, block.scales + 4, 4);
        memcpy(&c, block.scales + 8, 4);
        const __m128i low = _mm_setr_epi32(int(a), int(b), int(a >> 4), int(b >> 4));
        const __m128i high = _mm_setr_epi32(int(c << 4), int(c << 2), int(c), int(c >> 2));
        const __m128i six = _mm_or_si128(_mm_and_si128(low, _mm_set1_epi8(15)), _mm_and_si128(high, _mm_set1_epi8(0x30)));
        return _mm_sub_epi8(six, _mm_set1_epi8(32));
    }

    /// Bit t of a byte of `hmask` is the third bit of a number of piece t.
    template <int t> ALWAYS_INLINE static __m256i codes(const Block & block) {
        const __m256i low = moved<-2 * (t % 4)>(loadBytes(block.qs + t / 4 * 32));
        return withBits(_mm256_and_si256(low, _mm256_set1_epi8(3)), moved<2 - t>(loadBytes(block.hmask)), 4);
    }

#ifdef DERMGEMMA_FOURS
    ALWAYS_INLINE static void arrange(const int8_t * from, __m512i (&x)[4]) { inOrder(from, x); }

    ALWAYS_INLINE static void unpack(const Block & block, __m512i (&codes)[4]) {
        const __m512i x = twice(block.qs), y = twice(block.qs + 32), third = twice(block.hmask), three = _mm512_set1_epi8(3);
        codes[0] = withBits(_mm512_and_si512(moved<0, -2>(x), three), moved<2, 1>(third), 4);
        codes[1] = withBits(_mm512_and_si512(moved<-4, -6>(x), three), moved<0, -1>(third), 4);
        codes[2] = withBits(_mm512_and_si512(moved<0, -2>(y), three), moved<-2, -3>(third), 4);
        codes[3] = withBits(_mm512_and_si512(moved<-4, -6>(y), three), moved<-4, -5>(third), 4);
    }

    static __m512i places(int half) { return scalesOfSixteen(half); }
#endif
};

/// Calls `body` with 0 to 7 as types, so that they can be used in templates.
template <typename Body> ALWAYS_INLINE void forEachPiece(Body body) {
    body(std::integral_constant<int, 0>()), body(std::integral_constant<int, 1>());
    body(std::integral_constant<int, 2>()), body(std::integral_constant<int, 3>());
    body(std::integral_constant<int, 4>()), body(std::integral_constant<int, 5>());
    body(std::integral_constant<int, 6>()), body(std::integral_constant<int, 7>());
}

} // namespace
#endif
