#pragma once

// Formats of weights in blocks of 256 numbers, whose sub-blocks have scales, and some of them minima, of few bits.

#include "block-arithmetic.h"

#ifdef DERMGEMMA_BLOCKS
namespace {

#if DERMGEMMA_LANES == 16
ALWAYS_INLINE __m512i twoRows(const void * a, const void * b) {
    return _mm512_inserti64x4(_mm512_castsi256_si512(loadBytes(a)), loadBytes(b), 1);
}
#endif

/// The eight scales and the eight minima of a Q4_K or Q5_K block, times the block's own.
ALWAYS_INLINE void scalesOfEight(const uint8_t * packed, float scale, float minimum, float * scales, float * minima) {
    uint32_t a, b, c;
    memcpy(&a, packed, 4);
    memcpy(&b, packed + 4, 4);
    memcpy(&c, packed + 8, 4);
    const uint32_t highScales = (c & 0x0f0f0f0f) | ((a >> 2) & 0x30303030), highMinima = ((c >> 4) & 0x0f0f0f0f) | ((b >> 2) & 0x30303030);
    const uint64_t s = (a & 0x3f3f3f3f) | uint64_t(highScales) << 32, m = (b & 0x3f3f3f3f) | uint64_t(highMinima) << 32;
    const __m256 wideScales = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_cvtsi64_si128(int64_t(s))));
    const __m256 wideMinima = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_cvtsi64_si128(int64_t(m))));
    _mm256_storeu_ps(scales, _mm256_mul_ps(wideScales, _mm256_set1_ps(scale)));
    _mm256_storeu_ps(minima, _mm256_mul_ps(wideMinima, _mm256_set1_ps(minimum)));
}

struct IQ4_XS {
    using Block = block_iq4_xs;
    using Activation = block_q8_K;
    static constexpr int length = 256, subLength = 32, offset = 128, largest = 255;
    static constexpr bool hasMinima = false;

    ALWAYS_INLINE static void decode(const Block & block, uint8_t * codes, float * scales, float *) {
        for (int t = 0; t < 8; ++t) {
            storeBytes(codes + 32 * t, IQ4_XS::codes(block, t));
        }
        decodeScales(block, scales, nullptr);
    }

    ALWAYS_INLINE static void decodeScales(const Block & block, float * scales, float *) {
        uint32_t packed;
        memcpy(&packed, block.scales_l, 4);
        const __m256i low = _mm256_srlv_epi32(_mm256_set1_epi32(int(packed)), _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28));
        const __m256i high = _mm256_srlv_epi32(_mm256_set1_epi32(block.scales_h), _mm256_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14));
        const __m256i six = _mm256_or_si256(_mm256_and_si256(low, _mm256_set1_epi32(15)),
                                            _mm256_slli_epi32(_mm256_and_si256(high, _mm256_set1_epi32(3)), 4));
        const __m256 wide = _mm256_cvtepi32_ps(_mm256_sub_epi32(six, _mm256_set1_epi32(32)));
        _mm256_storeu_ps(scales, _mm256_mul_ps(wide, _mm256_set1_ps(fromHalf(block.d))));
    }

    ALWAYS_INLINE static __m256i codes(const Block & block, int t) { return unevenValues(nibbles(block.qs + 16 * t)); }
};

struct Q4_K {
    using Block = block_q4_K;
    using Activation = block_q8_K;
    static constexpr int length = 256, subLength = 32, offset = 0, largest = 15;
    static constexpr bool hasMinima = true;

    ALWAYS_INLINE static void decode(const Block & block, uint8_t * codes, float * scales, float * minima) {
        for (int j = 0; j < 4; ++j) {
            const __m256i x = loadBytes(block.qs + 32 * j);
            storeBytes(codes + 64 * j, lowNibbles(x));
            storeBytes(codes + 64 * j + 32, highNibbles(x));
        }
        decodeScales(block, scales, minima);
    }

    ALWAYS_INLINE static void decodeScales(const Block & block, float * scales, float * minima) {
        scalesOfEight(block.scales, fromHalf(block.d), fromHalf(block.dmin), scales, minima);
    }

#if DERMGEMMA_LANES == 16
    ALWAYS_INLINE static __m512i codesOfTwo(const Block & a, const Block & b, int t) {
        const __m512i x = twoRows(a.qs + t / 2 * 32, b.qs + t / 2 * 32);
        return _mm512_and_si512(t % 2 == 0 ? x : _mm512_srli_epi16(x, 4), _mm512_set1_epi8(15));
    }
#endif

    ALWAYS_INLINE static __m256i codes(const Block & block, int t) {
        const __m256i x = loadBytes(block.qs + t / 2 * 32);
        return t % 2 == 0 ? lowNibbles(x) : highNibbles(x);
    }
};

struct Q5_K {
    using Block = block_q5_K;
    using Activation = block_q8_K;
    static constexpr int length = 256, subLength = 32, offset = 0, largest = 31;
    static constexpr bool hasMinima = true;

    ALWAYS_INLINE static void decode(const Block & block, uint8_t * codes, float * scales, float * minima) {
        for (int t = 0; t < 8; ++t) {
            storeBytes(codes + 32 * t, Q5_K::codes(block, t));
        }
        decodeScales(block, scales, minima);
    }

    ALWAYS_INLINE static void decodeScales(const Block & block, float * scales, float * minima) {
        scalesOfEight(block.scales, fromHalf(block.d), fromHalf(block.dmin), scales, minima);
    }

#if DERMGEMMA_LANES == 16
    ALWAYS_INLINE static __m512i codesOfTwo(const Block & a, const Block & b, int t) {
        const __m512i x = twoRows(a.qs + t / 2 * 32, b.qs + t / 2 * 32), h = twoRows(a.qh, b.qh);
        const __m512i fifth = t < 4 ? _mm512_slli_epi16(h, 4 - t) : _mm512_srli_epi16(h, t - 4);
        const __m512i low = _mm512_and_si512(t % 2 == 0 ? x : _mm512_srli_epi16(x, 4), _mm512_set1_epi8(15));
        return _mm512_or_si512(low, _mm512_and_si512(fifth, _mm512_set1_epi8(16)));
    }
#endif

    /// Bit t of a byte is the fifth bit of a number of sub-block t.
    ALWAYS_INLINE static __m256i codes(const Block & block, int t) {
        const __m256i x = loadBytes(block.qs + t / 2 * 32), fifth = fifthBits(loadBytes(block.qh), t, _mm256_set1_epi8(16));
        return _mm256_or_si256(t % 2 == 0 ? lowNibbles(x) : highNibbles(x), fifth);
    }

    ALWAYS_INLINE static __m256i fifthBits(__m256i bytes, int bit, __m256i sixteen) {
        const __m256i isSet = _mm256_cmpeq_epi8(_mm256_and_si256(bytes, _mm256_set1_epi8(char(1 << bit))), _mm256_setzero_si256());
        return _mm256_andnot_si256(isSet, sixteen);
    }
};

struct Q6_K {
    using Block = block_q6_K;
    using Activation = block_q8_K;
    static constexpr int length = 256, subLength = 16, offset = 32, largest = 63;
    static constexpr bool hasMinima = false;

    ALWAYS_INLINE static void decode(const Block & block, uint8_t * codes, float * scales, float *) {
        for (int t = 0; t < 8; ++t) {
            storeBytes(codes + 32 * t, Q6_K::codes(block, t));
        }
        decodeScales(block, scales, nullptr);
    }

    ALWAYS_INLINE static __m256i codes(const Block & block, int t) {
        const int half = t / 4, part = t % 4;
        const __m256i x = loadBytes(block.ql + 64 * half + part % 2 * 32), h = loadBytes(block.qh + 32 * half);
        const __m256i high = part == 0   ? _mm256_slli_epi16(h, 4)
                             : part == 1 ? _mm256_slli_epi16(h, 2)
                             : part == 2 ? h
                                         : _mm256_srli_epi16(h, 2);
        return _mm256_or_si256(part < 2 ? lowNibbles(x) : highNibbles(x), _mm256_and_si256(high, _mm256_set1_epi8(0x30)));
    }

#if DERMGEMMA_LANES == 16
    /// The codes of two rows, one behind the other.
    ALWAYS_INLINE static __m512i codesOfTwo(const Block & a, const Block & b, int t) {
        const int half = t / 4, part = t % 4;
        const __m512i x = twoRows(a.ql + 64 * half + part % 2 * 32, b.ql + 64 * half + part % 2 * 32);
        const __m512i h = twoRows(a.qh + 32 * half, b.qh + 32 * half);
        const __m512i high = part == 0   ? _mm512_slli_epi16(h, 4)
                             : part == 1 ? _mm512_slli_epi16(h, 2)
                             : part == 2 ? h
                                         : _mm512_srli_epi16(h, 2);
        const __m512i low = part < 2 ? x : _mm512_srli_epi16(x, 4), fifteen = _mm512_set1_epi8(15), mask = _mm512_set1_epi8(0x30);
        // Bits of `low` where `fifteen` has them, or those of `high` where `mask` has them.
        return _mm512_or_si512(_mm512_and_si512(low, fifteen), _mm512_and_si512(high, mask));
    }
#endif

    ALWAYS_INLINE static void decodeScales(const Block & block, float * scales, float *) {
        const __m128i small = _mm_loadu_si128((const __m128i *)block.scales);
        const __m256 d = _mm256_set1_ps(fromHalf(block.d));
        _mm256_storeu_ps(scales, _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(small)), d));
        _mm256_storeu_ps(scales + 8, _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_srli_si128(small, 8))), d));
    }
};

} // namespace
#endif
