# cmake -C tests/presets/dev.cmake -S . -B build/dev
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(KIOSK_WERROR ON CACHE BOOL "")
