/* test_digest.c: the digest: its definition, and that no fault of a small load escapes it, or either half of it. */
#include "trial/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N = 40, LENGTH = 40 };

/* A load: the result of each item. */
struct load {
	unsigned char result[N][LENGTH];
	size_t len;
};

static struct pvq_digest number(const struct load *load, uint64_t id, uint64_t of)
{
	return pvq_digest_any(id, load->result[of], load->len, 0);
}

static void add(struct pvq_digest *sum, struct pvq_digest d)
{
	sum->low += d.low;
	sum->high += d.high;
}

static void take_off(struct pvq_digest *sum, struct pvq_digest d)
{
	sum->low -= d.low;
	sum->high -= d.high;
}

static struct pvq_digest whole(const struct load *load)
{
	struct pvq_digest sum = {0, 0};

	for (uint64_t id = 0; id < N; id++)
		add(&sum, number(load, id, id));
	return sum;
}

/* Digests of one load after different faults. */
struct digests {
	uint64_t *half[2];
	size_t count, room;
};

static void keep(struct digests *all, struct pvq_digest d)
{
	if (all->count == all->room) {
		all->room = all->room ? all->room * 2 : 1024;
		for (int h = 0; h < 2; h++) {
			all->half[h] = realloc(all->half[h], all->room * sizeof(uint64_t));
			assert_non_null(all->half[h]);
		}
	}
	all->half[0][all->count] = d.low;
	all->half[1][all->count++] = d.high;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* All are different, in each half. */
static void differ(struct digests *all)
{
	for (int h = 0; h < 2; h++) {
		qsort(all->half[h], all->count, sizeof(uint64_t), by_value);
		for (size_t i = 1; i < all->count; i++)
			assert_true(all->half[h][i - 1] != all->half[h][i]);
		free(all->half[h]);
	}
}

static unsigned bits_apart(const struct load *load, uint64_t i, uint64_t j)
{
	unsigned bits = 0;

	for (size_t at = 0; at < load->len; at++)
		bits += (unsigned)__builtin_popcount(load->result[i][at] ^ load->result[j][at]);
	return bits;
}

/* Whether item i with the result of j is a fault that was not met yet, as a flipped bit or with the result of another. */
static int is_new(const struct load *load, uint64_t i, uint64_t j)
{
	for (uint64_t k = 0; k < j; k++)
		if (bits_apart(load, k, j) == 0)
			return 0;
	return bits_apart(load, i, j) > 1;
}

/* The right digest, and that after every fault of one or two items: a flipped bit, a swapped pair, an item lost, one
 * doubled, one lost and another doubled, one with the result of another, and one cut short. No two are the same. */
static void check_faults(struct load *load)
{
	const struct pvq_digest right = whole(load);
	struct digests all = {.count = 0};
	struct pvq_digest d;

	keep(&all, right);
	for (uint64_t i = 0; i < N; i++) {
		for (size_t bit = 0; bit < load->len * 8; bit++) {
			d = right;
			take_off(&d, number(load, i, i));
			load->result[i][bit / 8] ^= (unsigned char)(1u << bit % 8);
			add(&d, number(load, i, i));
			load->result[i][bit / 8] ^= (unsigned char)(1u << bit % 8);
			keep(&all, d);
		}
		for (size_t len = 0; len < load->len; len++) {
			d = right;
			take_off(&d, number(load, i, i));
			add(&d, pvq_digest_any(i, load->result[i], len, 0));
			keep(&all, d);
		}
		d = right;
		take_off(&d, number(load, i, i));
		keep(&all, d);
		d = right;
		add(&d, number(load, i, i));
		keep(&all, d);
		for (uint64_t j = 0; j < N; j++) {
			if (i == j)
				continue;
			d = right;
			take_off(&d, number(load, i, i));
			add(&d, number(load, j, j));
			keep(&all, d);
			if (bits_apart(load, i, j) == 0)
				continue;
			d = right;
			take_off(&d, number(load, i, i));
			add(&d, number(load, i, j));
			if (is_new(load, i, j))
				keep(&all, d);
			if (j < i)
				continue;
			take_off(&d, number(load, j, j));
			add(&d, number(load, j, i));
			keep(&all, d);
		}
	}
	assert_true(all.count > (size_t)10 * N);
	differ(&all);
}

/* Kinds of results, among them such as contain the id in each of their words, or differ in few bits. */
static void fill(struct load *load, size_t len, int kind)
{
	load->len = len;
	memset(load->result, 0, sizeof(load->result));
	for (uint64_t id = 0; id < N; id++) {
		const uint64_t word[] = {(id + 1) * 10, id, ~id, id << 40, 42};
		double real = (double)id / 3;

		for (size_t at = 0; at < LENGTH; at += 8) {
			if (kind < 5)
				memcpy(load->result[id] + at, &word[kind], 8);
			else if (kind == 5)
				memcpy(load->result[id] + at, &real, 8);
			else if (at / 8 == (size_t)kind % 2)
				memcpy(load->result[id] + at, &id, 8);
		}
	}
}

static void test_faults(void **state)
{
	static const size_t lengths[] = {1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 32, LENGTH};
	static struct load load;

	(void)state;
	for (size_t l = 0; l < sizeof(lengths) / sizeof(lengths[0]); l++)
		for (int kind = 0; kind < 8; kind++) {
			fill(&load, lengths[l], kind);
			check_faults(&load);
		}
}

static unsigned changed(uint64_t a, uint64_t b)
{
	return (unsigned)__builtin_popcountll(a ^ b);
}

/* Counts what a changed bit of the input changes in each half: about half of the bits, and never just a few. */
struct spread {
	uint64_t cases, bits[2];
	unsigned least[2];
};

static void count(struct spread *s, struct pvq_digest a, struct pvq_digest b)
{
	const unsigned bits[2] = {changed(a.low, b.low), changed(a.high, b.high)};

	s->cases++;
	for (int h = 0; h < 2; h++) {
		s->bits[h] += bits[h];
		s->least[h] = bits[h] < s->least[h] ? bits[h] : s->least[h];
	}
}

static void test_every_bit_reaches_both_halves(void **state)
{
	struct load load;

	(void)state;
	for (size_t len = 1; len <= PVQ_DIGEST_SHORT; len++) {
		struct spread s = {.least = {64, 64}};

		fill(&load, len, 0);
		for (uint64_t id = 0; id < N; id++) {
			struct pvq_digest d = pvq_digest_short(id, load.result[id], len);

			for (size_t bit = 0; bit < len * 8; bit++) {
				load.result[id][bit / 8] ^= (unsigned char)(1u << bit % 8);
				count(&s, d, pvq_digest_short(id, load.result[id], len));
				load.result[id][bit / 8] ^= (unsigned char)(1u << bit % 8);
			}
			for (size_t bit = 0; bit < 56; bit++)
				count(&s, d, pvq_digest_short(id ^ 1ull << bit, load.result[id], len));
		}
		for (int h = 0; h < 2; h++) {
			assert_true(s.least[h] >= 8);
			assert_in_range(s.bits[h] * 100 / s.cases, 3150, 3250);
		}
	}
}

/* From the definition in PROTOCOL.md, by another program: a change here is a change of the protocol. */
static void test_definition(void **state)
{
	static const char *const known[] = {
		"8b6dd9e1b574277da739a01f49365fec",
		"a188474a82311c7385123ce68e0d1c6a",
		"6de0dae6a8ae2ac7dcd31745fec2ba6e",
		"55b04f486e4618e841c90b453ce66075",
		"09094f6ad3d35b45f7ebd62294ec0237",
		"54eb40aef3f3ec90f5daf2b90022d2c0",
		"70e58fe0011aad98fe9a578cb4dbd2de",
		"1df1a8601ce4dc79b3881d21d71fe984",
		"c96d6e6704cc7a7305cb143413d05bec",
		"549e0aa5e93293c9adaa46c110c06ee4",
		"5b07837c721b5e1629db0e525e11dccd",
		"5ddb99e208cf6a8d36d94a8fef22f62b",
		"e645127575033afdbf945e116c58d269",
		"5a639f5bb61e81b31b5580994f56c830",
		"1f899179aa7865c5960b163e8e8187ec",
		"89f7a56a6b6a1b82ba6d191a97b4a33a",
		"e0971c7620d105f192ba4a608aa701b3",
	};
	unsigned char result[18];
	char text[33];

	(void)state;
	for (size_t i = 0; i < sizeof(result); i++)
		result[i] = (unsigned char)(0xf1 - 7 * i);
	for (size_t len = 0; len < sizeof(known) / sizeof(known[0]); len++) {
		pvq_digest_write(pvq_digest_any(len * 1000003, result, len, 0), text);
		assert_string_equal(text, known[len]);
	}
}

/* A failed item is not like one with an empty result, nor like one that failed otherwise. */
static void test_failed_items(void **state)
{
	struct digests all = {.count = 0};

	(void)state;
	for (uint64_t id = 0; id < N; id++)
		for (int status = 0; status > -130; status--)
			keep(&all, pvq_digest_any(id, NULL, 0, status));
	differ(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_every_bit_reaches_both_halves),
		cmocka_unit_test(test_definition),
		cmocka_unit_test(test_failed_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
