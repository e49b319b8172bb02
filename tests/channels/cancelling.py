"""Calls that are cancelled on the way, as at a stop."""

import asyncio


async def cancelled_after(ticks, call):
    """Cancel a call once the event loop has gone round so often."""
    task = asyncio.create_task(call)
    for _ in range(ticks):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
