# certkiosk-sim; included by the room whose code it runs.
set(SIM ${PROJECT_SOURCE_DIR}/tests/sim)
add_executable(certkiosk-sim
  ${SIM}/sim_kiosk.c ${SIM}/sim_main.c ${SIM}/sim_platform.c ${SIM}/sim_promises.c
  ${SIM}/sim_run.c ${SIM}/sim_visitor.c)
target_link_libraries(certkiosk-sim PRIVATE core)
add_test(NAME sim/seeds COMMAND certkiosk-sim --seeds 2000)
add_test(NAME sim/selftest COMMAND certkiosk-sim --selftest)
