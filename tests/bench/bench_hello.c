/* bench_hello - the least a program can do to show something: a window of the kiosk's size by SDL,
 * filled once. What certkiosk's start is compared with. */
#include <SDL.h>

#include "tests/bench/bench.h"

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    bench_need(SDL_Init(SDL_INIT_VIDEO) == 0, SDL_GetError());
    (void)SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_Window *window = SDL_CreateWindow("hello", 0, 0, 1080, 1920, SDL_WINDOW_FULLSCREEN_DESKTOP);
    bench_need(window != NULL, SDL_GetError());
    SDL_Surface *surface = SDL_GetWindowSurface(window);
    bench_need(surface != NULL && SDL_FillRect(surface, NULL, 0x0A4FBF) == 0 &&
                   SDL_UpdateWindowSurface(window) == 0,
               SDL_GetError());
    return 0;
}
