# The measuring programs of tests/run --bench; no test runs them.
set(BENCH ${PROJECT_SOURCE_DIR}/tests/bench)
add_library(bench STATIC ${BENCH}/bench.c)
target_link_libraries(bench PUBLIC house)

# house_bench(flow core): tests/bench/bench_flow.c.
function(house_bench NAME)
  add_executable(bench_${NAME} ${BENCH}/bench_${NAME}.c)
  set_target_properties(bench_${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
  target_link_libraries(bench_${NAME} PRIVATE bench ${ARGN})
endfunction()

house_bench(flow core)
house_bench(hello PkgConfig::SDL)
house_bench(ledger ledger PkgConfig::SQLITE)
house_bench(batches syncd)
house_bench(latency app ledger PkgConfig::CURL)
house_bench(sync wire PkgConfig::JANSSON)
house_bench(token hw_token)
house_bench(ui samples)

# It starts the program that is beside it.
add_custom_command(TARGET bench_token POST_BUILD
  COMMAND ${CMAKE_COMMAND} -E create_symlink ../bin/certkiosk-token ${PROJECT_BINARY_DIR}/bench/certkiosk-token)
