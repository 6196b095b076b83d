/* progress.h: the line on stderr that tells how far a run is: redrawn on a terminal, a line now and
 * then elsewhere. Costs nothing while a trial runs: it is drawn between trials.
 */
#ifndef PVQ_PROGRESS_H
#define PVQ_PROGRESS_H

struct pvq_progress {
	int terminal;
	double drawn_s; /* when the last line was drawn, in seconds from the start */
	int width;      /* of what stands on the terminal's line */
};

void pvq_progress_init(struct pvq_progress *);

/* done, planned: trials. now_s: since the start; left_s: seconds to go. what: the trial that starts. */
void pvq_progress_draw(struct pvq_progress *, unsigned long done, unsigned long planned, double now_s,
	double left_s, const char *what);

/* Wipes the line. */
void pvq_progress_end(struct pvq_progress *);

#endif
