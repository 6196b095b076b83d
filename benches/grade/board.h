/* board.h: a class's scoreboard, from its file of gradings. */
#ifndef PVQ_BOARD_H
#define PVQ_BOARD_H

#include "grade/grading.h"

/* Writes the page in Markdown. The last grading of a name counts. Full marks come first; within equal points the order is
 * that of the names, because the intervals do not rank them. Changes the rows' order. */
void pvq_board_write(FILE *, struct pvq_grading *, size_t count);

#endif
