/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the product calls itself. */
#ifndef CONFIG_BRANDING_H
#define CONFIG_BRANDING_H

#define PRODUCT_NAME       ""       /* a site's own name, printed first */
#define PRODUCT_SHORT_NAME "Unloop" /* in prompts and the User-Agent */
#define PRODUCT_VERSION    "0.1.0"  /* major.minor.patch, also option 175.235 */

/* make BUILD_TAG=x: a build with another identity, to test chains of builds. */
#ifndef BUILD_TAG
#define BUILD_TAG ""
#endif

/* The name that make CONFIG= was given, at most 15 characters. */
#ifndef BUILD_CONFIG
#define BUILD_CONFIG ""
#endif

#if __has_include("config/named/branding.h")
#include "config/named/branding.h"
#endif
#if __has_include("config/local/branding.h")
#include "config/local/branding.h"
#endif
#if __has_include("config/local-named/branding.h")
#include "config/local-named/branding.h"
#endif

#endif
