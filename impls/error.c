/* error.c: keeps the first failure, with its text. */
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
	/* The message has the dead worker's wait status, which says more than "owner died". */
	if (code != -EOWNERDEAD)
		snprintf(err->msg + len, sizeof(err->msg) - len, ": %s", strerror(-code));
	return code;
}
