/* progress.c: draws and redraws the progress line. */
#include "base/progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS = 80, LINE_MAX = 512 };

static const double terminal_every_s = 0.1, sparse_every_s = 15;

void pvq_progress_init(struct pvq_progress *p)
{
	*p = (struct pvq_progress){.terminal = isatty(STDERR_FILENO), .drawn_s = -1e9};
}

/* The columns that a line may take: the last one stays free, since some terminals wrap there. */
static int columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || size.ws_col == 0)
		return COLUMNS - 1;
	return size.ws_col > 1 ? size.ws_col - 1 : 1;
}

void pvq_progress_line(struct pvq_progress *p, double now_s, const char *line)
{
	int most = columns(), len = (int)strlen(line);

	if (now_s - p->drawn_s < (p->terminal ? terminal_every_s : sparse_every_s))
		return;
	p->drawn_s = now_s;
	if (len > most)
		len = most;
	if (p->terminal) /* blanks over the rest of the line before; that may be longer than a narrowed terminal */
		fprintf(stderr, "\r%-*.*s", p->width < most ? p->width : most, len, line);
	else
		fprintf(stderr, "%s\n", line);
	p->width = len;
	fflush(stderr);
}

void pvq_progress_draw(struct pvq_progress *p, unsigned long done, unsigned long planned, double now_s,
	double left_s, const char *what)
{
	int left = left_s > 0 ? (int)(left_s + 0.5) : 0;
	char line[LINE_MAX];

	snprintf(line, sizeof(line), "%lu of %lu trials, %d:%02d left, %s", done, planned, left / 60,
		left % 60, what);
	pvq_progress_line(p, now_s, line);
}

void pvq_progress_end(struct pvq_progress *p)
{
	if (p->terminal && p->width)
		fprintf(stderr, "\r%*s\r", p->width, "");
	p->width = 0;
}
