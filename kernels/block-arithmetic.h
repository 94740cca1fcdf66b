#pragma once

// The vectors of whole numbers that multiply quantised weights by quantised activations, and what their formats have in common.

#include "image-vectors.h"

#include "ggml-quants.h"
#include "ggml.h"

#include <type_traits>

#if defined(DERMGEMMA_LANES) && (DERMGEMMA_LANES == 8 || defined(__AVX512BW__))
#define DERMGEMMA_BLOCKS
#if DERMGEMMA_LANES == 16 && defined(__AVX512VNNI__)
#define DERMGEMMA_FOURS
#endif
namespace {

#if DERMGEMMA_LANES == 16
using Whole = __m512i;
ALWAYS_INLINE Whole repeatWhole(int32_t x) { return _mm512_set1_epi32(x); }
ALWAYS_INLINE Whole loadWhole(const void * p) { return _mm512_loadu_si512(p); }
ALWAYS_INLINE Vector toVector(Whole x) { return _mm512_cvtepi32_ps(x); }
ALWAYS_INLINE Whole addWhole(Whole a, Whole b) { return _mm512_add_epi32(a, b); }
ALWAYS_INLINE Whole addShort(Whole a, Whole b) { return _mm512_add_epi16(a, b); }
ALWAYS_INLINE Whole multiplyShort(Whole a, Whole b) { return _mm512_madd_epi16(a, b); }
ALWAYS_INLINE Whole multiplyBytes(Whole a, Whole b) { return _mm512_maddubs_epi16(a, b); }
ALWAYS_INLINE Whole repeatShort(int16_t x) { return _mm512_set1_epi16(x); }
ALWAYS_INLINE Whole multiplyWhole(Whole a, Whole b) { return _mm512_mullo_epi32(a, b); }
template <int factor> ALWAYS_INLINE Whole subtractTimes(Whole a, Whole b) { return _mm512_sub_epi32(a, _mm512_slli_epi32(b, __builtin_ctz(factor))); }
#else
using Whole = __m256i;
ALWAYS_INLINE Whole repeatWhole(int32_t x) { return _mm256_set1_epi32(x); }
ALWAYS_INLINE Whole loadWhole(const void * p) { return _mm256_loadu_si256((const __m256i *)p); }
ALWAYS_INLINE Vector toVector(Whole x) { return _mm256_cvtepi32_ps(x); }
ALWAYS_INLINE Whole addWhole(Whole a, Whole b) { return _mm256_add_epi32(a, b); }
ALWAYS_INLINE Whole addShort(Whole a, Whole b) { return _mm256_add_epi16(a, b); }
ALWAYS_INLINE Whole multiplyShort(Whole a, Whole b) { return _mm256_madd_epi16(a, b); }
ALWAYS_INLINE Whole multiplyBytes(Whole a, Whole b) { return _mm256_maddubs_epi16(a, b); }
ALWAYS_INLINE Whole repeatShort(int16_t x) { return _mm256_set1_epi16(x); }
ALWAYS_INLINE Whole multiplyWhole(Whole a, Whole b) { return _mm256_mullo_epi32(a, b); }
template <int factor> ALWAYS_INLINE Whole subtractTimes(Whole a, Whole b) { return _mm256_sub_epi32(a, _mm256_slli_epi32(b, __builtin_ctz(factor))); }
#endif

#ifdef DERMGEMMA_FOURS
/// Whether one instruction adds four products of bytes to a sum.
constexpr bool addsFour = true;
ALWAYS_INLINE Whole addFour(Whole sum, Whole weights, Whole activations) { return _mm512_dpbusd_epi32(sum, weights, activations); }
#else
constexpr bool addsFour = false;
ALWAYS_INLINE Whole addFour(Whole sum, Whole, Whole) { return sum; }
#endif

/// What weights' codes without a sign and activations' with one are kept in: bytes, where sums of two products fit 16 bits.
template <typename Format> using Code = std::conditional_t<addsFour || (Format::largest < 128), int8_t, int16_t>;
/// Codes in a sum's 32 bits.
template <typename Format> constexpr int64_t codesPerSum = 4 / int64_t(sizeof(Code<Format>));
/// How many sums of two products fit 16 bits together, as a power of two: activations are at most 127.
template <typename Format> constexpr int sumsInShort = Format::largest <= 7 ? 16 : Format::largest <= 15 ? 8 : Format::largest <= 31 ? 4 : 2;

ALWAYS_INLINE float fromHalf(uint16_t half) { return _cvtsh_ss(half); }

ALWAYS_INLINE __m256i loadBytes(const void * p) { return _mm256_loadu_si256((const __m256i *)p); }
ALWAYS_INLINE void storeBytes(void * p, __m256i x) { _mm256_storeu_si256((__m256i *)p, x); }
ALWAYS_INLINE __m256i lowNibbles(__m256i x) { return _mm256_and_si256(x, _mm256_set1_epi8(15)); }
ALWAYS_INLINE __m256i highNibbles(__m256i x) { return lowNibbles(_mm256_srli_epi16(x, 4)); }

/// Sixteen bytes' low halves and, behind them, their high halves.
ALWAYS_INLINE __m256i nibbles(const uint8_t * p) {
    const __m128i x = _mm_loadu_si128((const __m128i *)p);
    return lowNibbles(_mm256_inserti128_si256(_mm256_castsi128_si256(x), _mm_srli_epi16(x, 4), 1));
}

/// The values of IQ4_NL and IQ4_XS, plus 128.
ALWAYS_INLINE __m256i unevenValues(__m256i indices) {
    const __m128i values = _mm_xor_si128(_mm_setr_epi8(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113),
                                         _mm_set1_epi8(char(0x80)));
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(values), indices);
}

} // namespace
#endif
