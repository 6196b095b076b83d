/* picture.h: the price list in pictures. */
#ifndef PVQ_PRICES_PICTURE_H
#define PVQ_PRICES_PICTURE_H

#include "report/experiment.h"
#include "results/prices.h"

enum { PVQ_PRICES_BY_SIZE, PVQ_PRICES_FORK, PVQ_PRICES_FIGURES };
const char *pvq_prices_figure_name(int figure);

/* Draws the pictures of a folder that has nothing else to draw. 0 or -errno with one line on stderr. */
int pvq_prices_draw_alone(const char *dir);

/* The hooks; their data is a struct pvq_prices. */
int pvq_prices_draw(struct pvq_plots *, const struct pvq_report *, const void *data);
int pvq_prices_chapter(const struct pvq_report *, const void *data);

#endif
