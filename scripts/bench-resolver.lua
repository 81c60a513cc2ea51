-- SPDX-License-Identifier: BSD-2-Clause-Patent
-- What wrk asks for bench-resolver: the script of a random known machine.
--
--   wrk -s bench-resolver.lua URL -- MACHINES FIRST [close]
--
-- URL ends in /boot.ipxe, which gets the MAC as mac=, or has an @ where the
-- MAC belongs: /@.ipxe, a file for each machine. FIRST is what the MACs begin
-- with: 52:54:00. With "close" each request has a connection of its own. The
-- requests are those of "unloop storm", header for header.

-- Requests that are made beforehand, by each thread of wrk: what wrk does
-- itself is missing to the server beside it. Of more machines than that each
-- thread picks this many by chance.
local MOST = 16384

local seeds = 0
function setup(thread)
	thread:set("seed", os.time() + seeds * 7919)
	seeds = seeds + 1
end

local requests, count = {}, 0

function init(args)
	local machines, first = tonumber(args[1]), args[2]
	local before, after = wrk.path:match("^(.*)@(.*)$")
	local separator = before and "-" or ":"
	local line = "GET " .. (before or wrk.path .. "?mac=")
		.. first:gsub(":", separator)
		.. ("%s%%02x"):format(separator):rep(3) .. (after or "")
		.. " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port
		.. "\r\nUser-Agent: iPXE/1.21.1\r\n"
		.. (args[3] == "close" and "Connection: close\r\n" or "")
		.. "\r\n"
	math.randomseed(seed)
	count = math.min(machines, MOST)
	for i = 1, count do
		local number = machines > MOST
			and math.random(0, machines - 1) or i - 1
		requests[i] = line:format(math.floor(number / 65536) % 256,
			math.floor(number / 256) % 256, number % 256)
	end
end

function request()
	return requests[math.random(count)]
end
