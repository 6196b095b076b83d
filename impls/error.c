/* error.c: the first failure is kept, with its text. */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int pvq_fail(struct pvq_error *err, int code, const char *msg, ...)
{
	va_list args;
	size_t len;

	if (err->code)
		return code;
	err->code = code;
	va_start(args, msg);
	vsnprintf(err->msg, sizeof(err->msg), msg, args);
	va_end(args);
	len = strlen(err->msg);
	/* A dead worker's wait status says more than "owner died" would. */
	if (code != -EOWNERDEAD)
		snprintf(err->msg + len, sizeof(err->msg) - len, ": %s", strerror(-code));
	return code;
}
