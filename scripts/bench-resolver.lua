-- SPDX-License-Identifier: BSD-2-Clause-Patent
-- What wrk asks for bench-resolver: the script of a random known machine.
--
--   wrk -s bench-resolver.lua URL -- MACHINES FIRST [close]
--
-- URL ends in /boot.ipxe, which gets the MAC as mac=, or has an @ where the
-- MAC belongs: /@.ipxe, a file for each machine. FIRST is what the MACs begin
-- with: 52:54:00. With "close" each request has a connection of its own. The
-- requests are those of "unloop storm", header for header.

local machines, before, after, separator

-- Each of wrk's threads gets numbers of its own.
local threads = 0
function setup(thread)
	thread:set("seed", os.time() + threads * 7919)
	threads = threads + 1
end

function init(args)
	machines = tonumber(args[1])
	math.randomseed(seed)
	local first, last = wrk.path:match("^(.*)@(.*)$")
	separator = first and "-" or ":"
	before = "GET " .. (first or wrk.path .. "?mac=")
		.. args[2]:gsub(":", separator) .. separator
	after = (last or "") .. " HTTP/1.1\r\nHost: " .. wrk.host .. ":"
		.. wrk.port .. "\r\nUser-Agent: iPXE/1.21.1\r\n"
		.. (args[3] == "close" and "Connection: close\r\n" or "")
		.. "\r\n"
end

function request()
	local number = math.random(0, machines - 1)
	return before .. string.format("%02x%s%02x%s%02x",
		math.floor(number / 65536) % 256, separator,
		math.floor(number / 256) % 256, separator, number % 256) .. after
end
