namespace SeGen.Tests.Ptx;

/// <summary>A block of threads while it runs.</summary>
internal sealed class PtxBlock
{
    private const int Lanes = 32;

    private readonly IReadOnlyList<PtxInstruction> _code;
    private readonly ulong[] _values;
    private readonly bool[] _written;
    private readonly int[] _at;
    private readonly State[] _states;
    private int _warp, _thread;

    public PtxBlock(PtxLaunch launch, int number)
    {
        (Launch, Number, Threads) = (launch, number, launch.Threads);
        X = (uint)number % launch.Grid.X;
        Y = (uint)number / launch.Grid.X % launch.Grid.Y;
        Z = (uint)number / launch.Grid.X / launch.Grid.Y;
        _code = launch.Kernel.Code;
        _values = new ulong[launch.Kernel.Registers.Count * Threads];
        _written = new bool[_values.Length];
        _at = new int[Threads];
        _states = new State[Threads];
        Shared = new PtxShared(launch.SharedBytes);
    }

    private enum State : byte
    {
        Running,
        AtBarrier,
        AtShuffle,
        Left,
    }

    public PtxLaunch Launch { get; }

    public uint X { get; }

    public uint Y { get; }

    public uint Z { get; }

    public int Number { get; }

    public int Threads { get; }

    /// <summary>Barriers that are behind it.</summary>
    public int Epoch { get; private set; }

    public PtxShared Shared { get; }

    /// <summary>Instructions that its threads have run.</summary>
    public long Instructions { get; private set; }

    public ulong Read(PtxRegister register, int thread)
    {
        int at = register.Index * Threads + thread;
        return _written[at] ? _values[at] : throw new PtxFaultException($"{register.Name} was never written");
    }

    public void Write(PtxRegister register, int thread, ulong value)
    {
        int at = register.Index * Threads + thread;
        (_values[at], _written[at]) = (value, true);
    }

    /// <summary>Runs for a while.</summary>
    /// <param name="random">Which warp goes on, and of a warp whose lanes have parted, which of them; null: the first that can.</param>
    /// <param name="instructions">For how many instructions of a warp at most.</param>
    /// <returns>Whether any thread is left.</returns>
    public bool Run(Random? random, int instructions)
    {
        for (int left = instructions; left > 0;)
        {
            int warp = Runnable(random);
            if (warp >= 0)
                left -= Group(warp, random, left);
            else if (!Release())
                return false;
        }

        return true;
    }

    /// <summary>A warp with a lane that can go on, or -1.</summary>
    private int Runnable(Random? random)
    {
        int warps = Threads / Lanes, first = random?.Next(warps) ?? _warp;
        for (int i = 0; i < warps; i++)
        {
            int warp = (first + i) % warps;
            if (Array.IndexOf(_states, State.Running, warp * Lanes, Lanes) >= 0)
                return _warp = warp;
        }

        return -1;
    }

    /// <summary>Runs the lanes of a warp that are at the same instruction, until they part or wait.</summary>
    private int Group(int warp, Random? random, int most)
    {
        int first = warp * Lanes, at = Choose(first, random);
        uint lanes = 0;
        for (int lane = 0; lane < Lanes; lane++)
            lanes |= _states[first + lane] == State.Running && _at[first + lane] == at ? 1u << lane : 0;

        for (int run = 1; ; run++)
        {
            PtxInstruction instruction = _code[at++];
            bool goesOn = instruction.Kind == PtxKind.Plain;
            try
            {
                for (uint left = lanes; left != 0; left &= left - 1)
                    Step(instruction, first + System.Numerics.BitOperations.TrailingZeroCount(left));

                if (instruction.Kind == PtxKind.Shuffle)
                    Exchange(first, instruction);
                else if (instruction.Kind == PtxKind.Product)
                    Multiply(first, instruction);
            }
            catch (PtxFaultException fault)
            {
                throw new PtxFaultException($"{Launch.Kernel.Name}, line {instruction.Line}: {fault.Message}: \"{instruction.Text}\" of thread {_thread} in block {Number}");
            }

            if (!goesOn || run >= most)
                return run;
        }
    }

    /// <summary>The instruction that lanes of a warp are at: the first of them, or that of a lane chosen by lot.</summary>
    private int Choose(int first, Random? random)
    {
        int chosen = int.MaxValue, lot = random?.Next(Lanes) ?? 0;
        for (int i = 0; i < Lanes; i++)
        {
            int thread = first + (lot + i) % Lanes;
            if (_states[thread] != State.Running)
                continue;

            if (random is not null)
                return _at[thread];

            chosen = Math.Min(chosen, _at[thread]);
        }

        return chosen;
    }

    private void Step(PtxInstruction instruction, int thread)
    {
        _thread = thread;
        Instructions++;
        if (instruction.Guard is { } guard && Read(guard, thread) != 0 == instruction.IsGuardNegated)
        {
            _at[thread]++;
            return;
        }

        switch (instruction.Kind)
        {
            case PtxKind.Branch:
                _at[thread] = instruction.Target;
                return;
            case PtxKind.Exit:
                _states[thread] = State.Left;
                return;
            case PtxKind.Barrier:
                _states[thread] = State.AtBarrier;
                return;
            case PtxKind.Product:
                _states[thread] = State.AtShuffle;
                return;
            case PtxKind.Shuffle:
                _states[thread] = (instruction.Shuffle!.Mask >> thread % Lanes & 1) != 0 ? State.AtShuffle : throw new PtxFaultException("its mask leaves out the lane that runs it");
                return;
            default:
                instruction.Execute!(this, thread);
                _at[thread]++;
                return;
        }
    }

    /// <summary>The exchange of a warp, once all lanes of its mask are there.</summary>
    private void Exchange(int first, PtxInstruction instruction)
    {
        PtxShuffle shuffle = instruction.Shuffle!;
        int at = -1;
        for (int lane = 0; lane < Lanes; lane++)
        {
            if ((shuffle.Mask >> lane & 1) == 0)
                continue;

            int thread = first + lane;
            if (_states[thread] == State.Left)
                throw new PtxFaultException($"its mask names lane {lane}, which has left");

            if (_states[thread] != State.AtShuffle || _code[_at[thread]] != instruction)
                return;

            at = _at[thread];
        }

        Span<ulong> given = stackalloc ulong[Lanes];
        for (int lane = 0; lane < Lanes; lane++)
            given[lane] = (shuffle.Mask >> lane & 1) != 0 ? shuffle.Value(this, first + lane) : 0;

        for (int lane = 0; lane < Lanes; lane++)
        {
            if ((shuffle.Mask >> lane & 1) == 0)
                continue;

            int source = shuffle.Source(this, first + lane);
            if (source is < 0 or >= Lanes || (shuffle.Mask >> source & 1) == 0)
                throw new PtxFaultException($"lane {lane} takes from lane {source}, which takes no part");

            Write(shuffle.To, first + lane, given[source]);
        }

        for (int lane = 0; lane < Lanes; lane++)
        {
            if ((shuffle.Mask >> lane & 1) != 0)
                (_states[first + lane], _at[first + lane]) = (State.Running, at + 1);
        }
    }

    /// <summary>A product by a warp, once all its lanes are there.</summary>
    private void Multiply(int first, PtxInstruction instruction)
    {
        int at = -1;
        for (int thread = first; thread < first + Lanes; thread++)
        {
            if (_states[thread] == State.Left)
                throw new PtxFaultException($"lane {thread - first} of the warp has left");

            if (_states[thread] != State.AtShuffle || _code[_at[thread]] != instruction)
                return;

            at = _at[thread];
        }

        instruction.Product!.Run(this, first);
        for (int thread = first; thread < first + Lanes; thread++)
            (_states[thread], _at[thread]) = (State.Running, at + 1);
    }

    /// <summary>When nothing can go on: the end of the block, or of its wait at a barrier.</summary>
    private bool Release()
    {
        int waiting = _states.Count(s => s == State.AtBarrier), left = _states.Count(s => s == State.Left);
        if (left == Threads)
            return false;

        if (Array.IndexOf(_states, State.AtShuffle) is >= 0 and int shuffling)
            throw new PtxFaultException($"{Launch.Kernel.Name}: thread {shuffling} of block {Number} waits for ever at \"{_code[_at[shuffling]].Text}\": lanes of its mask do not come");

        if (waiting < Threads)
            throw new PtxFaultException($"{Launch.Kernel.Name}: {waiting} threads of block {Number} wait at a barrier that {left} others have left behind");

        for (int thread = 0; thread < Threads; thread++)
        {
            if (_at[thread] != _at[thread / Lanes * Lanes])
                throw new PtxFaultException($"{Launch.Kernel.Name}: the lanes of warp {thread / Lanes} in block {Number} wait at two barriers, lines {_code[_at[thread]].Line} and {_code[_at[thread / Lanes * Lanes]].Line}");
        }

        Launch.Order.Barrier(this);
        Shared.Barrier();
        Epoch++;
        for (int thread = 0; thread < Threads; thread++)
            (_states[thread], _at[thread]) = (State.Running, _at[thread] + 1);

        return true;
    }
}
