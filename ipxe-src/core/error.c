/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The sentence that goes with an error number. */
#include <stdarg.h>
#include <stdio.h>

#include "core/error.h"

/* The general sentence for one error number. */
struct error_entry {
	int number;	  /* positive */
	const char *text; /* no capital, no full stop */
};

static const struct error_entry error_table[] = {
	{EPERM, "not permitted"},
	{ENOENT, "not found"},
	{EIO, "input/output error"},
	{ENOEXEC, "not a kind of image that can be executed here"},
	{EAGAIN, "not ready yet"},
	{ENOMEM, "out of memory"},
	{EACCES, "access denied"},
	{EBUSY, "busy"},
	{EEXIST, "exists already"},
	{ENODEV, "no such device"},
	{EINVAL, "invalid value"},
	{EFBIG, "too large"},
	{ENOSPC, "does not fit in memory"},
	{ERANGE, "not equal, or out of range"},
	{ENOSYS, "not built in"},
	{EPROTO, "the answer breaks the protocol"},
	{EBADMSG, "malformed data"},
	{EOVERFLOW, "larger than its limit"},
	{EILSEQ, "malformed text"},
	{EADDRINUSE, "address in use"},
	{EADDRNOTAVAIL, "no such address"},
	{ENETUNREACH, "no route to that network; is the interface configured?"},
	{ECONNABORTED, "the connection broke"},
	{ECONNRESET, "the server closed the connection"},
	{ENOBUFS, "out of network buffers"},
	{ENOTCONN, "not connected"},
	{ETIMEDOUT, "no answer in time"},
	{ECONNREFUSED, "the server refused the connection"},
	{EHOSTUNREACH, "the host does not answer ARP"},
	{ECANCELED, "stopped by Ctrl-C"},
	{ENOTSUP, "not supported"},
	{EISSELF, "that is this firmware; not started again"},
	{EGENERATION, "this product was entered too often since reset"},
	{ERING, "scripts chain each other in a ring"},
	{ENOTSELECTED, "no image was selected"},
	{EHTTP, "the web server answered with an error"},
	{ETFTP, "the TFTP server answered with an error"},
	{EDNS, "the name could not be resolved"},
	{ENOLINK_UP, "no link; is the cable in?"},
	{EUSAGE, "see the usage"},
	{ENOCMD, "command not found"},
};

static char error_detail[200];
static int error_detail_rc;

int error_set(int rc, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error_detail, sizeof(error_detail), format, args);
	va_end(args);
	error_detail_rc = rc;
	return rc;
}

const char *error_text(int rc)
{
	static char unknown[24];
	size_t i;

	if (rc && rc == error_detail_rc && error_detail[0])
		return error_detail;
	for (i = 0; i < ARRAY_SIZE(error_table); i++) {
		if (error_table[i].number == -rc)
			return error_table[i].text;
	}
	if (!rc)
		return "success";
	snprintf(unknown, sizeof(unknown), "error %d", -rc);
	return unknown;
}

void error_clear(void)
{
	error_detail_rc = 0;
	error_detail[0] = '\0';
}
