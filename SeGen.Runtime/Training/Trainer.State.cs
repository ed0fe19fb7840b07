namespace SeGen;

/// <summary>The file that keeps the state of a run.</summary>
public sealed partial class Trainer
{
    /// <summary>
    /// Goes on from the state file, where it is there. Module, optimizer and its settings, loss, batch size, seed and clipping must be
    /// those of the run; the schedule and the number of epochs may be others.
    /// </summary>
    /// <returns>Whether it was.</returns>
    /// <exception cref="InvalidOperationException">There is no <see cref="StateFile"/>.</exception>
    /// <exception cref="SafeTensorsException">The file is broken, or of a run with other settings; nothing was changed.</exception>
    public bool TryResume()
    {
        string path = StateFile ?? throw new InvalidOperationException("StateFile says where the state is; it was not given.");
        if (!File.Exists(path))
            return false;

        Enter();
        try
        {
            // What a GPU still has of a run that was broken off must not come over what is read.
            _step.Bring();
            _position = TrainingState.Load(path, _optimizer, Settings());
            _ownsState = true;
            return true;
        }
        finally
        {
            Volatile.Write(ref _isRunning, 0);
        }
    }

    private void Save()
    {
        if (StateFile is not { } path)
            return;

        _step.Bring();
        TrainingState.Save(path, _optimizer, _position, Settings());
        _ownsState = true;
    }
}
