/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Digests against published test vectors, and over every padding. */
#include "capture.h"
#include "core/digest.h"

struct digest_case {
	const char *name;
	size_t len; /* bytes of the pattern: byte i is i % 251 */
	const char *hash;
};

static const struct digest_case cases[] = {
	{"md5", 0, "d41d8cd98f00b204e9800998ecf8427e"},
	{"md5", 3, "b95f67f61ebb03619622d798f45fc2d3"},
	{"md5", 55, "6912ee65fff2d9f9ce2508cddf8bcda0"},
	{"md5", 56, "51fdd1acda72405dfdfa03fcb85896d7"},
	{"md5", 63, "48a6295221902e8e0938f773a7185e72"},
	{"md5", 64, "b2d3f56bc197fd985d5965079b5e7148"},
	{"md5", 111, "4fad3ab7d8546851ec1bb63ea7e6f5a8"},
	{"md5", 112, "d1fec2ac3715e791ca5f489f300381b3"},
	{"md5", 127, "8402b21e7bc7906493bae0dac017f1f9"},
	{"md5", 128, "37eff01866ba3f538421b30b7cbefcac"},
	{"md5", 1000, "a24f1e3ef66950e1327f210e3997ba2c"},
	{"sha1", 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
	{"sha1", 3, "0c7a623fd2bbc05b06423be359e4021d36e721ad"},
	{"sha1", 55, "8ae2d46729cfe68ff927af5eec9c7d1b66d65ac2"},
	{"sha1", 56, "636e2ec698dac903498e648bd2f3af641d3c88cb"},
	{"sha1", 63, "6d942da0c4392b123528f2905c713a3ce28364bd"},
	{"sha1", 64, "c6138d514ffa2135bfce0ed0b8fac65669917ec7"},
	{"sha1", 111, "bc544e24573d592290fdaff8ecf3f7f2b00cd483"},
	{"sha1", 112, "e4ce142d09a84a8645338dd6535cbfaaf800d320"},
	{"sha1", 127, "89d7312a903f65cd2b3e34a975e55dbea9033353"},
	{"sha1", 128, "e6434bc401f98603d7eda504790c98c67385d535"},
	{"sha1", 1000, "c9c960a0b925474fab83942cc27d504fc24ac37b"},
	{"sha224", 0,
	 "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"},
	{"sha224", 3,
	 "e615202185aabe2aca924bec29e5a12384f8339eae4e64c9cba9f1da"},
	{"sha224", 55,
	 "8991dfba74284e04dc7581c7c3e4068ff6cb7a63733361429834bb56"},
	{"sha224", 56,
	 "2b2cd637c16ad7290bb067ad7d8fd04e204fa43a84366afc7130f4ef"},
	{"sha224", 63,
	 "049e8dd7eab3378ce9f823bfb569e5b270235d4b7f9623606971998f"},
	{"sha224", 64,
	 "c37b88a3522dbf7ac30d1c68ea397ac11d4773571aed01ddab73531e"},
	{"sha224", 111,
	 "1aeef583c448a9ae00fbc931b50bc0da5bb8323e616b11076cee8b44"},
	{"sha224", 112,
	 "01e5abf50619b5c2078e754eddedcf4de8d31185a2219313cb91a8c9"},
	{"sha224", 127,
	 "554c9c3f7e92b80f4121e00cc147535d377eaeb4fb1fa8e25c7f81c1"},
	{"sha224", 128,
	 "67d88da33fd632d8742424791dface672ff59d597fe38b3f2a998386"},
	{"sha224", 1000,
	 "c182669a7f6629dc7fd8a9198f15af15adbbaeffa1842e854f681357"},
	{"sha256", 0,
	 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
	 "7852b855"},
	{"sha256", 3,
	 "ae4b3280e56e2faf83f414a6e3dabe9d5fbe18976544c05fed121acc"
	 "b85b53fc"},
	{"sha256", 55,
	 "463eb28e72f82e0a96c0a4cc53690c571281131f672aa229e0d45ae5"
	 "9b598b59"},
	{"sha256", 56,
	 "da2ae4d6b36748f2a318f23e7ab1dfdf45acdc9d049bd80e59de82a6"
	 "0895f562"},
	{"sha256", 63,
	 "29af2686fd53374a36b0846694cc342177e428d1647515f078784d69"
	 "cdb9e488"},
	{"sha256", 64,
	 "fdeab9acf3710362bd2658cdc9a29e8f9c757fcf9811603a8c447cd1"
	 "d9151108"},
	{"sha256", 111,
	 "60780e9451bdc43cf4530ffc95cbb0c4eb24dae2c39f55f334d679e0"
	 "76c08065"},
	{"sha256", 112,
	 "09373f127d34e61dbbaa8bc4499c87074f2ddb10e1b465f506d7d70a"
	 "15011979"},
	{"sha256", 127,
	 "92ca0fa6651ee2f97b884b7246a562fa71250fedefe5ebf270d31c54"
	 "6bfea976"},
	{"sha256", 128,
	 "471fb943aa23c511f6f72f8d1652d9c880cfa392ad80503120547703"
	 "e56a2be5"},
	{"sha256", 1000,
	 "4e4c294b331f7a2099a379bec34b9f9fc03dc46ab465d998f4d683da"
	 "53487e6d"},
	{"sha384", 0,
	 "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf"
	 "63f6e1da274edebfe76f65fbd51ad2f14898b95b"},
	{"sha384", 3,
	 "4f895854c1a4fc5aa2e0456eaf8d0ecaa70c196bd901153861d76b8f"
	 "a3cd95ceea29eab6a279f8b08437703ce0b4b91a"},
	{"sha384", 55,
	 "dcedb6b590edb4efa849c801e6b6490657a5c1e64f69269f5f63c926"
	 "7f6223de24cea7aaa6b267d9bcecc15147b6c875"},
	{"sha384", 56,
	 "7b9132d597b8873ad55bbc30f18ed3f2c9f340e7de69fb5774056c71"
	 "a06d9bc2b14137e9e1c68b6b645fed28b188249d"},
	{"sha384", 63,
	 "dd66b519f51a925814407a449c60b34c553d7652d41783ee903a810a"
	 "4c9f833b8181c91c7f12283eacd6a5f8a2639ddf"},
	{"sha384", 64,
	 "9f2c9eb7116b3d7a4ba84a74a4d4eff8a5efcf54b6d7b662693c3857"
	 "7914c73a214766f0a175339bb0895a863824fc0a"},
	{"sha384", 111,
	 "f5f9fe110d809d34029de262a01b208356caec6e054c7f926b2591f6"
	 "c9780579d4b59f5578c6f531a84f158a33660cef"},
	{"sha384", 112,
	 "33ba080ec0ccb378e4e95fed3b26c23aa1a280476e007519ee47f60c"
	 "d9c5c8a65d627259a9aa2fd33ca06d3c14ee5548"},
	{"sha384", 127,
	 "d5fcfe2fcf6b3ef375ede37c8123d9b78065fecc1d55197e2f7721e6"
	 "e9a93d0ba4d7fd15f9b96dea2744df24141ba2ef"},
	{"sha384", 128,
	 "ca2385773319124534111a36d0581fc3f00815e907034b90cff9c3a8"
	 "61e126a741d5dfcff65a417b6d7296863ac0ec17"},
	{"sha384", 1000,
	 "7a2f8c7f12344964a13cb9260492b845e56615d6152b9eb9e54b580f"
	 "c88405e64f31813bfda10de2a642fdf1676c61b4"},
	{"sha512", 0,
	 "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921"
	 "d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81"
	 "a538327af927da3e"},
	{"sha512", 3,
	 "8081da5f9c1e3d0e1aa16f604d5e5064543cff5d7bace2bb31225246"
	 "1e151b3fe0f034ea8dc1dacff3361a892d625fbe1b614cda265f87a4"
	 "73c24b0fa1d91dfd"},
	{"sha512", 55,
	 "6856647f269c2ee3d8128f0b25427659d880641ef343300dd3cd4679"
	 "168f58d6527fda70b4ebc854e2065e172b7d58c1536992c081059925"
	 "9ba84a2b40c65414"},
	{"sha512", 56,
	 "8b12b2f6fe400a51d29656e2b8c42a1bbfe6fcf3e425da430db05d1a"
	 "2dda14790dee20fa8b22d8762afffe4988a5c98a4430d22a17e41e23"
	 "d90fa61ab75671a9"},
	{"sha512", 63,
	 "9dc9c5598e55dc42955695320839788e353f1d7f6ba74df74c80a8a5"
	 "2f463c0697f57f68835d1418f4ce9b6530cd79bd0f4c6f7e13c93feb"
	 "1218c0b65c2c0561"},
	{"sha512", 64,
	 "ee4320ebaf3fdb4f2c832b137200c08e235e0fa7bbd0eb1740c7063b"
	 "a8a0d151da77e003398e1714a955d475b05e3e950b639503b452ec18"
	 "5de4229bc4873949"},
	{"sha512", 111,
	 "a1a111449b198d9b1f538bad7f3fc1022b3a5b1a5e90a0bc860de851"
	 "2746cbc31599e6c834de3a3235327af0b51ff57bf7acf1974a73014d"
	 "9c3953812edc7c8d"},
	{"sha512", 112,
	 "c5fbd731d19d2ae1180f001be72c2c1aaba1d7b094b3748880e24593"
	 "b8e117a750e11c1bd867cc2f96dace8c8b74abd2d5c4f236be444e77"
	 "d30d1916174070b9"},
	{"sha512", 127,
	 "eab89674feaa34e27aebeeff3c0a4d70070bb872d5e9f186cf1dbbde"
	 "e517b6e35724d629ff025a5b07185e911ada7e3c8acf830aa0e4f717"
	 "77bd2d44f504f7f0"},
	{"sha512", 128,
	 "1dffd5e3adb71d45d2245939665521ae001a317a03720a45732ba190"
	 "0ca3b8351fc5c9b4ca513eba6f80bc7b1d1fdad4abd13491cb824d61"
	 "b08d8c0e1561b3f7"},
	{"sha512", 1000,
	 "5096498d96f50f9a137c4db5b8b0cd38383ad55350fb5a98805fedc3"
	 "1fa1262f1f0cf4d6f12d7ecd8dedd933a4c9126344fe22e937a8ad35"
	 "fdeae1e876ae698b"},
};

static void test_digests_are_right(void **state)
{
	const struct digest *digest;
	char text[2 * DIGEST_LEN_MAX + 1];
	uint8_t hash[DIGEST_LEN_MAX];
	unsigned int found;
	uint8_t *data;
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		found = 0;
		/* Exactly as long: ASan watches the rest. */
		data = malloc(cases[i].len ? cases[i].len : 1);
		for (k = 0; k < cases[i].len; k++)
			data[k] = (uint8_t)(k % 251);
		for_each_table_entry(digest, digests) {
			if (strcmp(digest->name, cases[i].name))
				continue;
			assert_int_equal(digest_compute(digest, data,
							cases[i].len, hash),
					 0);
			for (k = 0; k < digest->len; k++)
				snprintf(text + 2 * k, 3, "%02x", hash[k]);
			assert_string_equal(text, cases[i].hash);
			found++;
		}
		assert_int_equal(found, 1);
		free(data);
	}
}

static void test_command_prints_or_stores(void **state)
{
	char *text;

	(void)state;
	capture_image("abc", "abc");
	assert_int_equal(exec_line("md5sum abc"), 0);
	assert_string_equal(captured,
			    "900150983cd24fb0d6963f7d28e17f72  abc\n");
	assert_int_equal(exec_line("sha1sum --set sum abc"), 0);
	text = settings_fetch_text("sum");
	assert_string_equal(text, "a9993e364706816aba3e25717850c26c9cd0d89d");
	free(text);
	assert_int_not_equal(exec_line("sha256sum nosuch"), 0);
	images_clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digests_are_right),
		cmocka_unit_test_setup(test_command_prints_or_stores,
				       capture_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
