/* progress.h: the line on stderr that tells how far a run is. A terminal gets one line, redrawn; elsewhere a new line
 * is printed now and then. It is drawn between trials, so it costs a trial nothing.
 */
#ifndef PVQ_PROGRESS_H
#define PVQ_PROGRESS_H

struct pvq_progress {
	int terminal;
	double drawn_s; /* when the last line was drawn, in seconds from the start */
	int width;      /* of the text on the terminal's line */
};

void pvq_progress_init(struct pvq_progress *);

/* Draws the line. done, planned: trials. now_s: seconds since the start; left_s: seconds to go. what: the trial that
 * starts. */
void pvq_progress_draw(struct pvq_progress *, unsigned long done, unsigned long planned, double now_s,
	double left_s, const char *what);

/* Draws any line likewise; a terminal gets as much of it as fits. */
void pvq_progress_line(struct pvq_progress *, double now_s, const char *line);

/* Erases the line. */
void pvq_progress_end(struct pvq_progress *);

#endif
