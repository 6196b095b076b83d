/* palette.c: the table of styles. */
#include "draw/palette.h"

#include <stdlib.h>
#include <string.h>

static const struct fixed {
	const char *impl;
	struct pvq_style style;
} palette_fixed[] = {
	{"serial", {"000000", 5, 1}},
	{"fork_pipe_queue", {"E69F00", 9, 2}},
	{"pthread_queue", {"009E73", 13, 4}},
	{"pool_ordered", {"0072B2", 7, 1}},
	{"pool_unordered", {"D55E00", 11, 5}},
};

static const char *const palette_colour[] = {"CC79A7", "56B4E9", "7F7F7F", "8C510A", "6A51A3"};
static const int palette_point[] = {15, 6, 4, 8, 12, 10, 14};

enum {
	FIXED = sizeof(palette_fixed) / sizeof(palette_fixed[0]),
	COLOURS = sizeof(palette_colour) / sizeof(palette_colour[0]),
	POINTS = sizeof(palette_point) / sizeof(palette_point[0]),
	DASHES = 5,
};

static const struct pvq_style *palette_find(const char *impl)
{
	for (int i = 0; i < FIXED; i++)
		if (strcmp(palette_fixed[i].impl, impl) == 0)
			return &palette_fixed[i].style;
	return NULL;
}

/* Counts the strategies without a fixed style that come before this one in the registry; a strategy that is not in the
 * registry comes after all of them. The order is the registry's, not the summary's: a peer keeps its colour when a run
 * leaves others out. */
static size_t palette_turn(const struct pvq_summary *s, size_t series)
{
	const char *impl = s->series[series].impl;
	size_t turn = 0, rank = pvq_registry_rank(s->registry, impl);

	for (size_t i = 0; i < rank; i++)
		turn += !palette_find(pvq_registry_at(s->registry, i)->name);
	if (pvq_registry_at(s->registry, rank))
		return turn;
	for (size_t i = 0; i < series; i++)
		if (s->series[i].variant == 0 && !pvq_registry_get(s->registry, s->series[i].impl))
			turn += !palette_find(s->series[i].impl);
	return turn - (s->series[series].variant ? 1 : 0);
}

/* The value nearest to the channel's that has these three lowest bits. */
static unsigned palette_near(unsigned channel, unsigned bits)
{
	unsigned near = (channel & 0xF8) | bits;

	if (near > channel + 4 && near >= 8)
		return near - 8;
	return near + 4 < channel && near + 8 <= 0xFF ? near + 8 : near;
}

/* Writes a number of the series into the three lowest bits of red, green and blue: its place in the registry, and its
 * variant. So it is the same in the pictures of an experiment, which has a summary of its own. */
static void palette_mark(char colour[7], const struct pvq_summary *s, size_t series)
{
	size_t rank = pvq_registry_rank(s->registry, s->series[series].impl);
	unsigned rgb = (unsigned)strtoul(colour, NULL, 16), number;

	if (!pvq_registry_at(s->registry, rank))
		rank += series;
	number = (unsigned)rank % 64 + s->series[series].variant % 8 * 64;
	snprintf(colour, 7, "%02X%02X%02X", palette_near(rgb >> 16 & 0xFF, number & 7),
		palette_near(rgb >> 8 & 0xFF, number >> 3 & 7), palette_near(rgb & 0xFF, number >> 6));
}

struct pvq_style pvq_style(const struct pvq_summary *s, size_t series)
{
	const struct pvq_style *known = palette_find(s->series[series].impl);
	unsigned variant = s->series[series].variant;
	struct pvq_style style;

	if (known) {
		style = *known;
	} else {
		size_t turn = palette_turn(s, series);

		snprintf(style.colour, sizeof(style.colour), "%s", palette_colour[turn % COLOURS]);
		style.point = palette_point[turn % POINTS];
		style.dash = 1 + (int)(turn % DASHES);
	}
	/* Settings of one strategy share its colour and differ in shape and dash. */
	if (variant) {
		style.point = palette_point[variant % POINTS];
		style.dash = 1 + (style.dash - 1 + (int)variant) % DASHES;
	}
	palette_mark(style.colour, s, series);
	return style;
}
