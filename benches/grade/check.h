/* check.h: runs the conformance tests around a student's strategy, each in a fresh process and in the box. */
#ifndef PVQ_GRADE_CHECK_H
#define PVQ_GRADE_CHECK_H

#include "grade/entry.h"

/* Is told of each check before it begins. */
typedef void pvq_check_told(const char *check);

struct pvq_check_limits {
	unsigned cpu_s; /* CPU time of one check */
	double left_s;  /* time of all together */
};

/* Runs all checks until one hangs or floods the machine, three have failed, or the time is over. Fills in checks, passed, failed and, if one
 * failed, grade, points and sentence. 0, -EINTR, or other -errno with one line on stderr. */
int pvq_checks_run(
	const struct pvq_entry *, const struct pvq_check_limits *, pvq_check_told *, struct pvq_grading *);

/* What to look at if the box ended a program, or found something left. `what`: "check noop", … */
void pvq_check_say_end(struct pvq_grading *, const struct pvq_box *, enum pvq_box_end, unsigned processes,
	const char *what);

#endif
