/* plot.h: writes the pictures' files and runs gnuplot on them.
 *
 * A picture NAME has two files in DIR/plots: NAME.dat holds the figures, with a comment that names the columns; NAME.gp is
 * a complete script (`cd plots && gnuplot NAME.gp` draws the picture again). From them gnuplot makes NAME.svg and
 * NAME.png. A script is common.gp, then variables, then one of the templates.
 */
#ifndef PVQ_PLOT_H
#define PVQ_PLOT_H

#include "base/outfile.h"
#include "results/summary.h"

#include <stdio.h>

enum { PVQ_PLOT_NAME = PVQ_LABEL_MAX + 32 };

/* All pictures of a report. Owned; free with pvq_plots_free(). */
struct pvq_plots {
	const char *dir; /* the report's folder; borrowed */
	char (*name)[PVQ_PLOT_NAME];
	size_t count;
	int drawn; /* gnuplot ran; some pictures may still be missing */
	int error; /* the first failure to write, -errno; later calls then do nothing */
};

/* One picture being written. */
struct pvq_plot {
	struct pvq_plots *plots;
	char name[PVQ_PLOT_NAME];
	FILE *gp, *dat; /* write to the two files below: script and figures */
	struct pvq_outfile script, figures;
	size_t intervals, ranges,
		bare; /* marks whose bar is an interval, or the whole range; marks without a bar */
};

/* Makes DIR/plots. 0 or -errno with one line on stderr. */
int pvq_plots_begin(struct pvq_plots *, const char *dir);
/* Runs gnuplot on all pictures written. 0, or -errno with one line on stderr. */
int pvq_plots_draw(struct pvq_plots *);
/* Removes the pictures in DIR/plots that an earlier version drew and this report did not, but not the picture `kept`. A
 * picture is taken for pvq's where NAME.gp begins as pvq_plot_begin() begins it, with its own name: a user's copy of a script
 * stays, and so does every other file. */
void pvq_plots_clear_old(const struct pvq_plots *, const char *kept);
/* Whether the picture was drawn. */
int pvq_plots_has(const struct pvq_plots *, const char *name);
void pvq_plots_free(struct pvq_plots *);

/* Starts a picture of width x height pixels. 0 or -errno (kept in plots->error, reported on stderr). */
int pvq_plot_begin(struct pvq_plot *, struct pvq_plots *, const char *name, int width, int height);
/* Ends the drawing by an error, which is reported: a picture must not lack a part unseen. */
void pvq_plot_fail(struct pvq_plot *, int error);
/* Appends the template ("time.gp") and closes the files. */
void pvq_plot_end(struct pvq_plot *, const char *template);

/* Write a variable of the script: a string, or a number. */
void pvq_plot_string(struct pvq_plot *, const char *variable, const char *text);
void pvq_plot_number(struct pvq_plot *, const char *variable, double x);
/* Writes `bars`, words about what the bars drawn so far show: "bars: 95 % intervals". */
void pvq_plot_bars(struct pvq_plot *);
/* Writes text for use within single quotes in a script, escaped. */
void pvq_plot_quote(FILE *, const char *text);
/* Ends a line of figures with what its point says to the reader who points at it: a column of the data. The template draws
 * such points `with labels hypertext point`. */
void pvq_plot_say(struct pvq_plot *, const char *text);

/* The same for what was written into a file in memory, which it frees. ret: what pvq_outfile_begin() returned for it. */
void pvq_plot_say_file(struct pvq_plot *, struct pvq_outfile *text, int ret);
/* Writes one element of the list in `set …tics (…)`. */
void pvq_plot_tic(FILE *, const char *text, double at, int first);

/* The layout of the key below a picture: rows, and columns of width_px, that fit into `pixels`. */
struct pvq_key {
	int rows, columns, width_px;
};
struct pvq_key pvq_plot_key(const struct pvq_summary *, const size_t *series, size_t count, int pixels);

/* Writes N, label[], colour[], point[], dash[] of the chosen series, and keyrows, keycols, keywidth. */
void pvq_plot_series(struct pvq_plot *, const struct pvq_summary *, const size_t *series, size_t count,
	const struct pvq_key *);

/* Ends a series' data: the next figures are another gnuplot `index`. gnuplot does not count an index without points;
 * where there may be none, begin with one of four columns that is not drawn. */
void pvq_plot_next_index(struct pvq_plot *);
void pvq_plot_undrawn(struct pvq_plot *);

/* Axes. All functions write <axis>min, <axis>max and <axis>tics (a text for `set …tics`). */
void pvq_plot_axis_time(struct pvq_plot *, const char *axis, double lo_ns, double hi_ns, int most);
void pvq_plot_axis_factor(struct pvq_plot *, const char *axis, double lo, double hi, int most);
/* An axis of counts (cores, workers), ascending. `log` allows a logarithmic axis, used if a linear one would hide the small
 * counts; <axis>log tells which it is. Leaves out tics that do not fit into `pixels`. The result is for
 * pvq_plot_shift(). */
struct pvq_axis {
	int log;
	double gap; /* least distance of neighbours; a factor if log */
};
struct pvq_axis pvq_plot_axis_count(
	struct pvq_plot *, const char *axis, const unsigned *value, size_t count, int pixels, int log);
/* Moves x by this share (-0.5 .. 0.5) of the distance to its neighbour. */
double pvq_plot_shift(const struct pvq_axis *, double x, double share);

#endif
