/* profile.c: the tables of profiles and of their tasks. */
#include "drive/profile.h"

#include <stdio.h>
#include <string.h>

/* The default lists, a bit for each kind of profile. */
enum { SHORT = 1 << 0, LONG = 1 << 1, PEERS = 1 << 2, ALWAYS = SHORT | LONG | PEERS };

/* blocks_min is 8: with fewer blocks, intervals cannot show the fastest of five strategies. */
static const struct pvq_profile profiles[] = {
	{
		.name = "quick",
		.scale = PVQ_QUICK,
		.list = SHORT,
		.sampler = 1,
		.budget_s = 20,
		.report_s = 3,
		.blocks_min = 8,
		.first_look = 8,
		.blocks_max = 8,
		.goal = 0.05,
		.serial_ms = 18,
		.serial_ms_least = 9,
		.timeout_s = 5,
	},
	{
		.name = "default",
		.scale = PVQ_DEFAULT,
		.list = LONG,
		.budget_s = 180,
		.report_s = 10,
		.blocks_min = 8,
		.first_look = 10,
		.blocks_max = 40,
		.goal = 0.015, /* finds 5 % nine times in ten (tests/drive/test_coverage.c, make selftest) */
		.serial_ms = 56,
		.serial_ms_least = 28,
		.timeout_s = 20,
	},
	{
		.name = "full",
		.scale = PVQ_FULL,
		.list = LONG,
		.blocks_min = 30,
		.first_look = 20,
		.blocks_max = 40,
		.goal = 0.01,
		.serial_ms = 1000,
		.serial_ms_least = 1000,
		.timeout_s = 120,
	},
	{
		.name = "peers",
		.scale = PVQ_PEERS,
		.list = PEERS,
		.peers = 1,
		.budget_s = 2400,
		.report_s = 10,
		.blocks_min = 8,
		.first_look = 10,
		.blocks_max = 20,
		.goal = 0.03,
		.serial_ms = 40,
		.serial_ms_least = 20,
		.timeout_s = 30,
	},
	{
		.name = "peers-quick",
		.scale = PVQ_PEERS_QUICK,
		.list = PEERS,
		.sampler = 1,
		.peers = 1,
		.budget_s = 600,
		.report_s = 24,
		.blocks_min = 1,
		.first_look = 2,
		.blocks_max = 2,
		.goal = 0.05,
		.serial_ms = 8,
		.serial_ms_least = 4,
		.timeout_s = 20,
	},
};

enum { PROFILES = sizeof(profiles) / sizeof(profiles[0]) };

const struct pvq_profile_task pvq_profile_tasks[] = {
	{"noop", SHORT | LONG, 0},
	{"sleep:us=1000", ALWAYS, 1},
	{"spin:ns=1000", SHORT | LONG, 0},
	{"spin:ns=100000", LONG | PEERS, 1},
	{"skew:ns=100000", ALWAYS, 0},
	{"echo:in=65536,out=65536", ALWAYS, 0},
	{"stream", LONG, 0},
	{"mandelbrot", LONG, 0},
	{"deflate", ALWAYS, 0},
	{0},
};

const struct pvq_profile *pvq_profile_find(const char *name)
{
	for (unsigned i = 0; i < PROFILES; i++)
		if (strcmp(profiles[i].name, name) == 0)
			return &profiles[i];
	fprintf(stderr, "pvq: unknown profile '%s'; one of:", name);
	for (unsigned i = 0; i < PROFILES; i++)
		fprintf(stderr, "%s %s", i ? "," : "", profiles[i].name);
	fputc('\n', stderr);
	return NULL;
}

int pvq_profile_is_look(unsigned blocks, unsigned first)
{
	static const unsigned look[] = {10, 15, 20, 30};

	for (unsigned i = 0; i < sizeof(look) / sizeof(look[0]); i++)
		if (blocks == look[i] && blocks >= first)
			return 1;
	return blocks == first || (blocks > 30 && blocks % 10 == 0);
}
