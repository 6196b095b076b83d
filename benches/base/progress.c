/* progress.c: draws and redraws the progress line. */
#include "base/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const double terminal_every_s = 0.1, sparse_every_s = 15;

void pvq_progress_init(struct pvq_progress *p)
{
	*p = (struct pvq_progress){.terminal = isatty(STDERR_FILENO), .drawn_s = -1e9};
}

void pvq_progress_draw(struct pvq_progress *p, unsigned long done, unsigned long planned, double now_s,
	double left_s, const char *what)
{
	int left = left_s > 0 ? (int)(left_s + 0.5) : 0;
	char line[100];

	if (now_s - p->drawn_s < (p->terminal ? terminal_every_s : sparse_every_s))
		return;
	p->drawn_s = now_s;
	snprintf(line, sizeof(line), "%lu of %lu trials, %d:%02d left, %s", done, planned, left / 60,
		left % 60, what);
	if (p->terminal)
		fprintf(stderr, "\r%-*.*s", p->width, 79, line);
	else
		fprintf(stderr, "%s\n", line);
	p->width = (int)strlen(line) > 79 ? 79 : (int)strlen(line);
	fflush(stderr);
}

void pvq_progress_end(struct pvq_progress *p)
{
	if (p->terminal && p->width)
		fprintf(stderr, "\r%*s\r", p->width, "");
	p->width = 0;
}
