/* board.h: a class's scoreboard, from its file of gradings, as chapters in Markdown. */
#ifndef PVQ_BOARD_H
#define PVQ_BOARD_H

#include "grade/grading.h"

/* Puts the gradings in order, and drops all but the last of each name. Returns how many are left. Full marks come first;
 * within equal points the order is that of the names, because the intervals do not rank them. */
size_t pvq_board_order(struct pvq_grading *, size_t count);

/* The chapters of a page, the first with its title. */
enum { PVQ_BOARD_CHAPTERS = 3 };
struct pvq_board_chapter {
	const char *anchor; /* the name of its heading within links */
	void (*write)(FILE *, const struct pvq_grading *, size_t count);
};
extern const struct pvq_board_chapter pvq_board_chapter[PVQ_BOARD_CHAPTERS];

#endif
