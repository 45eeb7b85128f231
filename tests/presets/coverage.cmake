# cmake -C tests/presets/coverage.cmake -S . -B build/coverage
set(CMAKE_C_COMPILER gcc CACHE STRING "")
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_C_FLAGS "--coverage -fprofile-update=atomic" CACHE STRING "")
